//! What `run` cannot do by itself: reported only where `check --embedded` asks for it.

pub(super) mod expression_not_embedded;
pub(super) mod role_model_not_embedded;
pub(super) mod task_not_embedded;
