//! All attributes of a file that name something, in document order.

pub(super) use crate::ir::references::each;
