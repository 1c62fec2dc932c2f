//! Orders handed to people or programs: one JSON file each.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Order, Stop, Target};
use crate::tasks::TaskError;
use crate::tasks::prepare::persist;

/// A folder that orders are put into. An order has one name, so putting it twice is the same as once.
pub(super) struct JsonTarget {
    folder: PathBuf,
}

impl JsonTarget {
    pub(super) fn open(folder: &Path) -> Result<Self, TaskError> {
        std::fs::create_dir_all(folder).map_err(|error| TaskError::io("the folder of orders cannot be made", folder, error))?;
        Ok(Self { folder: folder.to_path_buf() })
    }

    fn write(&self, order: &Order) -> std::io::Result<()> {
        let text = serde_json::to_vec_pretty(&json!({ "ProvisioningOrdersList": [order.body] }))?;
        let mut output = BufWriter::new(tempfile::NamedTempFile::new_in(&self.folder)?);
        output.write_all(&text)?;
        persist(output, &self.folder.join(format!("{}.json", order.id)))
    }
}

impl Target for JsonTarget {
    fn execute(&mut self, order: &Order) -> Result<(), Stop> {
        self.write(order).map_err(|error| Stop::Refused(format!("its file cannot be written: {error}")))
    }
}
