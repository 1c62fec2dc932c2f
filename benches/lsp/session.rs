//! The editing session that is played: what a person does in two files of one system, and undoes again, so that it can be
//! played any number of times.

/// One thing that the person does. Places are told by a text that stands in the file once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Types behind a place, one character a message.
    Type { file: File, behind: &'static str, text: &'static str },
    /// Types as above, and asks what can be typed after each character before its findings have come.
    TypeCompleting { file: File, behind: &'static str, text: &'static str },
    /// Removes a text, from its end, one character a message.
    Erase { file: File, behind: &'static str, text: &'static str },
    /// Puts in or takes out a text with one message: a paste, a cut, an undo.
    Replace { file: File, old: &'static str, new: &'static str },
    /// Asks what can be typed behind a place.
    Complete { file: File, behind: &'static str },
    /// Asks what stands behind a place.
    Hover { file: File, behind: &'static str },
    /// Renames the identifier behind a place, wherever it is named.
    Rename { file: File, behind: &'static str, to: &'static str },
}

/// The files of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum File {
    /// `Connector.xml` of the system.
    Connector,
    /// `Jobs.xml` of the system.
    Jobs,
}

use File::{Connector, Jobs};
use Step::{Complete, Erase, Hover, Rename, Replace, Type, TypeCompleting};

/// The system whose files are edited: one whose jobs are written by hand.
pub(crate) const SYSTEM: &str = "Ledger00001";

/// What the person does. `{s}` stands for the system.
pub(crate) const RECORDING: &[Step] = &[
    // An attribute value: nothing but its own file knows it.
    Type { file: Jobs, behind: "Identifier=\"{s}_Complete_Export\" DisplayName_L1=\"Export", text: " of accounts" },
    Hover { file: Jobs, behind: "<PrepareSynchronizationTask Identifier=\"{s}_Complete_Pre" },
    Hover { file: Jobs, behind: "CronTabExpression=\"30 2 " },
    Erase { file: Jobs, behind: "Identifier=\"{s}_Complete_Export\" DisplayName_L1=\"Export", text: " of accounts" },
    // An element, with what can be typed asked for all the way.
    TypeCompleting {
        file: Jobs,
        behind: "  <!-- By day: only what changed. -->\n",
        text: "  <Job Identifier=\"{s}_Extra\" DisplayName_L1=\"Extra\" Agent=\"Headquarters\"></Job>\n",
    },
    Complete { file: Jobs, behind: "<TaskDependsOnTask ParentTask=\"{s}_Incremental_Pre" },
    Replace {
        file: Jobs,
        old: "  <Job Identifier=\"{s}_Extra\" DisplayName_L1=\"Extra\" Agent=\"Headquarters\"></Job>\n",
        new: "",
    },
    // A tag is broken and mended.
    Erase { file: Connector, behind: "<ScalarRule Policy=\"Default\" Property=\"accountMail\" Binding=\"Mail\" ", text: "/>" },
    Complete { file: Connector, behind: "Property=\"accountTitle\" Binding=\"" },
    Hover { file: Connector, behind: "TargetEntityType=\"{s}_" },
    Type { file: Connector, behind: "<ScalarRule Policy=\"Default\" Property=\"accountMail\" Binding=\"Mail\" ", text: "/>" },
    // An identifier that both files name is renamed, and typed over by hand.
    Rename { file: Connector, behind: "<Connection Identifier=\"{s}Exp", to: "{s}Extract" },
    Hover {
        file: Jobs,
        behind: "Identifier=\"{s}_Complete_Export\" DisplayName_L1=\"Export\" Agent=\"Headquarters\" Connection=\"{s}",
    },
    Rename { file: Connector, behind: "<Connection Identifier=\"{s}Ext", to: "{s}Export" },
    Type { file: Connector, behind: "<Property Identifier=\"holders", text: "ByCode" },
    Erase { file: Connector, behind: "<Property Identifier=\"holders", text: "ByCode" },
    // An expression.
    Type { file: Connector, behind: "user.LastName + &quot;, ", text: "the " },
    Erase { file: Connector, behind: "user.LastName + &quot;, ", text: "the " },
];
