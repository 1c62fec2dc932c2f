//! Which files a configuration consists of.
