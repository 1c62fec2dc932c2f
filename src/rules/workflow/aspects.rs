//! Which elements are aspects, for rules that look at all of a sort.

use crate::grammar::{ElementKind, kinds};

/// Aspects that run at a point of a workflow.
pub(super) const ALL: &[ElementKind] = &[
    kinds::ADD_CHANGE_ASPECT,
    kinds::ASSERT_VALUE_ASPECT,
    kinds::ASSERT_VALUE_REQUIRED_ASPECT,
    kinds::BUILD_UNIQUE_VALUE_ASPECT,
    kinds::INVOKE_SCRIPT_ASPECT,
    kinds::INVOKE_WORKFLOW_ASPECT,
    kinds::NOTIFICATION_ASPECT,
];

/// Those that set or check one value, which their `Binding` leads to.
pub(super) const OF_A_VALUE: &[ElementKind] = &[
    kinds::ADD_CHANGE_ASPECT,
    kinds::ASSERT_VALUE_ASPECT,
    kinds::ASSERT_VALUE_REQUIRED_ASPECT,
    kinds::BUILD_UNIQUE_VALUE_ASPECT,
];
