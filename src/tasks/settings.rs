//! Connection settings.

/// Settings of connections, as read from the settings file.
#[derive(Debug, Default)]
pub struct Settings {}
