//! Enumerations that the compiler reasons about, as Rust enumerations. Values are written by name or by number; where no
//! number is documented the name stands in its place.

use crate::source::trim;

use super::field::FromValue;

macro_rules! values {
    ($(#[$meta:meta])* $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $number:literal ),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $( $(#[$vmeta])* $variant, )* }

        impl $name {
            /// The name written in configurations.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => stringify!($variant), )* }
            }
        }

        impl FromValue for $name {
            #[allow(unreachable_patterns, reason = "a value without a documented number has its name twice")]
            fn from_value(value: &str) -> Option<Self> {
                match trim(value) { $( stringify!($variant) | $number => Some(Self::$variant), )* _ => None }
            }
        }
    };
}

values! {
    /// How a connector takes part in a job scaffolding.
    JobIntegration {
        /// Synchronized and provisioned.
        Used = "0",
        /// Left out.
        NotUsed = "1",
        /// Synchronized only.
        OnlySynchronization = "2",
        /// Provisioned only.
        OnlyProvisioning = "3",
    }
}

values! {
    /// The half of a connection that is switched off.
    Deactivation {
        /// Neither.
        None = "0",
        /// It does not export.
        Export = "1",
        /// It does not fulfil.
        Fulfill = "2",
    }
}

values! {
    /// What a prepare task expects from the export.
    SynchronizationMode {
        /// First load.
        Initial = "0",
        /// A whole extract.
        Complete = "1",
        /// Changes only.
        Incremental = "2",
    }
}

values! {
    /// Variant of prepare and synchronize tasks.
    SynchronizationType {
        /// The ordinary one.
        None = "None",
        /// The export itself says what changed.
        Changes = "Changes",
        /// Active Directory's own change tracking.
        ActiveDirectory = "ActiveDirectory",
    }
}

values! {
    /// Clock of a cron expression.
    CronTimeZone {
        /// Coordinated universal time.
        UTC = "0",
        /// The clock of the server.
        ServerTime = "1",
    }
}

values! {
    /// What a written item does to the generated one of the same identifier.
    ConsolidationMode {
        /// Its attributes and children are added.
        Merge = "Merge",
        /// Its attributes replace all others; generated children stay.
        Update = "Update",
        /// There is no such item.
        Delete = "Delete",
    }
}

impl ConsolidationMode {
    /// The mode that a text means.
    pub(crate) fn read(text: &str) -> Option<Self> {
        Self::from_value(text)
    }

    /// The mode that a text was meant to be. What is none is a finding of its own, and taken for the mode that leaves most of
    /// the generated item as it is.
    pub(crate) fn meant(text: &str) -> Self {
        let same = |mode: &Self| mode.name().eq_ignore_ascii_case(text.trim());
        [Self::Update, Self::Delete].into_iter().find(same).unwrap_or(Self::Merge)
    }
}
