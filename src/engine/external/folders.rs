//! The folders of tasks, one for each, for whatever its program wants to keep.
//!
//! Most programs keep nothing, and making a folder takes a file system longer than starting a program. So one that was
//! left empty becomes that of the next task.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What one worker has at hand.
#[derive(Default)]
pub(super) struct Folders {
    /// An empty folder that nobody needs any more.
    spare: Option<PathBuf>,
}

impl Folders {
    /// Sees to it that the folder is there. What an earlier attempt left in it stays.
    pub(super) fn make(&mut self, folder: &Path) -> io::Result<()> {
        if let Some(spare) = self.spare.take() {
            match fs::rename(&spare, folder) {
                Ok(()) if is_empty(folder) => return Ok(()),
                // Somebody has put something there since: it is no longer to be passed on.
                Ok(()) => fs::rename(folder, spare)?,
                Err(_) => self.spare = Some(spare),
            }
        }
        fs::create_dir_all(folder)
    }

    /// The task has ended.
    pub(super) fn leave(&mut self, folder: PathBuf) {
        if self.spare.is_none() && is_empty(&folder) {
            self.spare = Some(folder);
        }
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        if let Some(spare) = &self.spare {
            // It stays if it is not empty, and does no harm if it is.
            let _ = fs::remove_dir(spare);
        }
    }
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_folder_is_passed_on_and_a_used_one_is_kept() {
        let base = tempfile::tempdir().unwrap();
        let place = |number: u32| base.path().join("tasks").join(number.to_string());
        let mut folders = Folders::default();
        folders.make(&place(1)).unwrap();
        folders.leave(place(1));
        folders.make(&place(2)).unwrap();
        assert!(place(2).is_dir() && !place(1).exists(), "nobody has used the first");
        fs::write(place(2).join("kept"), "x").unwrap();
        folders.leave(place(2));
        folders.make(&place(3)).unwrap();
        folders.leave(place(3));
        // A later attempt finds what an earlier one left, and the empty folder stays at hand.
        folders.make(&place(2)).unwrap();
        assert!(place(2).join("kept").exists() && place(3).exists());
        folders.leave(place(2));
        // Something that the program left running writes late.
        fs::write(place(3).join("late"), "x").unwrap();
        folders.make(&place(4)).unwrap();
        assert!(place(3).join("late").exists() && is_empty(&place(4)));
        folders.leave(place(4));
        folders.make(&place(4)).unwrap();
        folders.leave(place(4));
        drop(folders);
        let mut left: Vec<_> = fs::read_dir(base.path().join("tasks")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["2", "3"]);
    }
}
