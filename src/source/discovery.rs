//! Which files a configuration consists of.
//!
//! The result depends on the names of the files alone, never on the order in which the file system lists them.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use rayon::prelude::*;

use super::Glob;

/// Folders that hold copies made by the product itself.
const PRODUCT_COPIES: [[&str; 2]; 2] = [["Runtime", "Workforce"], ["Runtime", "Bootstrap"]];

/// Which files of a folder are taken.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The folder that the patterns are relative to.
    pub base: PathBuf,
    /// What is taken instead of `*.xml`; empty for the default. Folders skipped by default are entered where a pattern
    /// spells them out.
    pub include: Vec<Glob>,
    /// What is left out.
    pub exclude: Vec<Glob>,
}

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How it is shown.
    pub shown: String,
    /// Where it is.
    pub path: PathBuf,
    /// Whether the command line named it, so that it is judged whatever it holds.
    pub named: bool,
    /// Its bytes where they do not come from `path` (standard input, git's index).
    pub content: Option<Vec<u8>>,
    /// Whether `path` is the file's own place, not only a name for it (standard input).
    pub placed: bool,
}

impl Found {
    /// Bytes from elsewhere, shown as the file `name`.
    pub fn given(name: &Path, content: Vec<u8>, working_folder: &Path) -> Self {
        let shown = below(name, working_folder).unwrap_or_else(|| slashes(name));
        Self { shown, path: name.to_owned(), named: true, content: Some(content), placed: false }
    }
}

/// A folder below a PATH that could not be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlisted {
    /// How it is shown.
    pub shown: String,
    /// The system's words.
    pub message: String,
}

/// The files found, by the names they are shown under, and the folders that could not be listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovery {
    /// The files.
    pub files: Vec<Found>,
    /// The folders.
    pub unlisted: Vec<Unlisted>,
}

/// Why a PATH is no place to look.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// There is nothing of that name.
    #[error("`{}` does not exist", .0.display())]
    Missing(PathBuf),
    /// A pipe, a device or the like.
    #[error("`{}` is neither a file nor a folder", .0.display())]
    Neither(PathBuf),
    /// The system refuses.
    #[error("`{}` cannot be read: {source}", path.display())]
    Refused {
        /// The path as given.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
}

/// Finds the files of the configuration that `paths` (as given) make up.
pub fn discover(paths: &[PathBuf], working_folder: &Path, selection: &Selection) -> Result<Discovery, DiscoveryError> {
    let mut search = Search { working_folder, selection, files: Vec::new(), unlisted: BTreeMap::new(), doubles: paths.len() > 1 };
    for path in paths {
        search.path(path)?;
    }
    Ok(search.finish())
}

/// As [`discover`], of a list of files instead of the file system: the same folders are skipped, the same files taken.
/// `listed` holds the files there are, absolute and without links; what is not among them is not there.
pub fn discover_listed(listed: &[PathBuf], paths: &[PathBuf], working_folder: &Path, selection: &Selection) -> Discovery {
    let mut search = Search { working_folder, selection, files: Vec::new(), unlisted: BTreeMap::new(), doubles: paths.len() > 1 };
    for path in paths {
        let absolute = fs::canonicalize(path).unwrap_or_else(|_| clean(&working_folder.join(path)));
        let walk = Walk::new(path, absolute.clone(), working_folder, selection);
        for file in listed {
            let Ok(inside) = file.strip_prefix(&absolute) else { continue };
            let named = inside.as_os_str().is_empty();
            let path = if named { path.to_owned() } else { path.join(inside) };
            if named || walk.reaches(inside) {
                let shown = if named { shown(&path, working_folder) } else { show(&path, walk.root, walk.shown_root.as_deref()) };
                search.files.push(Found { shown, path, named, content: None, placed: true });
            }
        }
    }
    search.finish()
}

struct Search<'s> {
    working_folder: &'s Path,
    selection: &'s Selection,
    files: Vec<Found>,
    unlisted: BTreeMap<String, String>,
    /// Whether one file may have been reached twice.
    doubles: bool,
}

impl Search<'_> {
    fn path(&mut self, path: &Path) -> Result<(), DiscoveryError> {
        let metadata = fs::metadata(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => DiscoveryError::Missing(path.to_owned()),
            _ => DiscoveryError::Refused { path: path.to_owned(), source },
        })?;
        if metadata.is_file() {
            let shown = shown(path, self.working_folder);
            let found = Found { shown, path: path.to_owned(), named: true, content: None, placed: true };
            self.files.push(found);
            return Ok(());
        }
        if !metadata.is_dir() {
            return Err(DiscoveryError::Neither(path.to_owned()));
        }
        fs::read_dir(path).map_err(|source| DiscoveryError::Refused { path: path.to_owned(), source })?;
        self.folder(path);
        Ok(())
    }

    fn folder(&mut self, root: &Path) {
        let absolute = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        let walk = Walk::new(root, absolute, self.working_folder, self.selection);
        let seen = Seen { name: walk.name(), shown: show(root, root, walk.shown_root.as_deref()) };
        let found = walk.folder(root, &seen, &[]);
        self.files.extend(found.files);
        self.unlisted.extend(found.unlisted);
        self.doubles |= found.links;
    }

    /// Sorted, each file once, each under a name of its own.
    fn finish(self) -> Discovery {
        let mut files = self.files;
        if self.doubles {
            files.sort_by(|a, b| (!a.named, &a.shown, &a.path).cmp(&(!b.named, &b.shown, &b.path)));
            let mut seen = BTreeSet::new();
            files.retain(|file| seen.insert(fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone())));
        }
        files.sort_by(|a, b| (&a.shown, &a.path).cmp(&(&b.shown, &b.path)));
        // Files of several folders outside the working folder can share a name: those are shown as given.
        let shared: BTreeSet<String> =
            files.windows(2).filter(|pair| pair[0].shown == pair[1].shown).map(|pair| pair[0].shown.clone()).collect();
        if !shared.is_empty() {
            for file in files.iter_mut().filter(|file| shared.contains(&file.shown)) {
                file.shown = slashes(&file.path);
            }
            files.sort_by(|a, b| (&a.shown, &a.path).cmp(&(&b.shown, &b.path)));
        }
        let unlisted = self.unlisted.into_iter().map(|(shown, message)| Unlisted { shown, message }).collect();
        Discovery { files, unlisted }
    }
}

/// The search below one PATH. Folders are listed in parallel; the result is sorted afterwards.
struct Walk<'s> {
    root: &'s Path,
    absolute: PathBuf,
    base: PathBuf,
    shown_root: Option<String>,
    selection: &'s Selection,
}

/// What a folder and all below it hold.
#[derive(Default)]
struct Below {
    files: Vec<Found>,
    unlisted: Vec<(String, String)>,
    /// Whether a link was followed, so that a file may have been reached twice.
    links: bool,
}

impl Below {
    fn and(mut self, mut other: Self) -> Self {
        self.files.append(&mut other.files);
        self.unlisted.append(&mut other.unlisted);
        self.links |= other.links;
        self
    }
}

/// A folder: its name, and how it is shown.
struct Seen {
    name: String,
    shown: String,
}

impl Seen {
    /// How what lies in the folder under that name is shown.
    fn inside(&self, name: &str) -> String {
        if self.shown.is_empty() { name.to_owned() } else { [&self.shown, "/", name].concat() }
    }
}

impl<'s> Walk<'s> {
    fn new(root: &'s Path, absolute: PathBuf, working_folder: &Path, selection: &'s Selection) -> Self {
        let base = fs::canonicalize(&selection.base).unwrap_or_else(|_| selection.base.clone());
        Self { root, absolute, base, shown_root: below(root, working_folder), selection }
    }

    /// `seen` is how the folder is called and shown; `behind` holds the real folders that links were followed from and to on
    /// the way here.
    fn folder(&self, folder: &Path, seen: &Seen, behind: &[PathBuf]) -> Below {
        let mut found = Below::default();
        let mut inside: Vec<(PathBuf, Seen, Option<Vec<PathBuf>>)> = Vec::new();
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.unlisted(folder, &seen.shown, &error, &mut found);
                return found;
            }
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.unlisted(folder, &seen.shown, &error, &mut found);
                    continue;
                }
            };
            let path = entry.path();
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            // What a link leads to, which costs a call of the system more.
            let kind = if is_link { fs::metadata(&path).map(|to| to.file_type()) } else { entry.file_type() };
            let name = entry.file_name().into_string().unwrap_or_else(|name| lossy(&name));
            match kind {
                Ok(kind) if kind.is_dir() => {
                    if !self.enters(&path, &name, &seen.name) {
                        continue;
                    }
                    let links = if is_link {
                        found.links = true;
                        match followed(folder, &path, behind) {
                            Some(links) => Some(links),
                            // A link back to a folder around it: all in it is found there.
                            None => continue,
                        }
                    } else {
                        None
                    };
                    inside.push((path, Seen { shown: seen.inside(&name), name }, links));
                }
                Ok(kind) => {
                    found.links |= is_link;
                    if kind.is_file() && self.takes(&path) {
                        found.files.push(Found { shown: seen.inside(&name), path, named: false, content: None, placed: true });
                    }
                }
                Err(error) => self.unlisted(&path, &seen.inside(&name), &error, &mut found),
            }
        }
        let below = inside
            .into_par_iter()
            .map(|(path, seen, links)| self.folder(&path, &seen, links.as_deref().unwrap_or(behind)))
            .reduce(Below::default, Below::and);
        found.and(below)
    }

    /// Notes what could not be looked at. A dangling link matters where the file it stands for would have been taken.
    fn unlisted(&self, path: &Path, shown: &str, error: &io::Error, found: &mut Below) {
        if error.kind() != io::ErrorKind::NotFound || self.takes(path) {
            found.unlisted.push((shown.to_owned(), error.to_string()));
        }
    }

    /// Name of the folder that is searched.
    fn name(&self) -> String {
        self.absolute.file_name().map(lossy).unwrap_or_default()
    }

    /// Whether the search would come to a file of that path below the root, and take it.
    fn reaches(&self, inside: &Path) -> bool {
        let mut parent = self.name();
        let mut folder = self.root.to_owned();
        for name in inside.parent().into_iter().flat_map(Path::components) {
            folder.push(name);
            let name = lossy(name.as_os_str());
            if !self.enters(&folder, &name, &parent) {
                return false;
            }
            parent = name;
        }
        self.takes(&self.root.join(inside))
    }

    /// A path as patterns see it.
    fn judged_as(&self, path: &Path) -> String {
        let inside = path.strip_prefix(self.root).unwrap_or(path);
        let absolute = self.absolute.join(inside);
        absolute.strip_prefix(&self.base).map_or_else(|_| slashes(inside), slashes)
    }

    /// Whether a folder of that name in the folder `parent` is searched.
    fn enters(&self, folder: &Path, name: &str, parent: &str) -> bool {
        let Selection { include, exclude, .. } = self.selection;
        if !exclude.is_empty() && exclude.iter().any(|glob| glob.matches(&self.judged_as(folder))) {
            return false;
        }
        let mentioned = |folders: &[&str]| include.iter().any(|glob| glob.mentions(folders));
        if name.starts_with('.') && !mentioned(&[name]) {
            return false;
        }
        let copy =
            PRODUCT_COPIES.iter().find(|[above, below]| parent.eq_ignore_ascii_case(above) && name.eq_ignore_ascii_case(below));
        copy.is_none_or(|folders| mentioned(folders))
    }

    /// Whether a file is taken.
    fn takes(&self, path: &Path) -> bool {
        let Selection { include, exclude, .. } = self.selection;
        let plain = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml"));
        if include.is_empty() && exclude.is_empty() {
            return plain;
        }
        let name = self.judged_as(path);
        let wanted = if include.is_empty() { plain } else { include.iter().any(|glob| glob.matches(&name)) };
        wanted && !exclude.iter().any(|glob| glob.matches(&name))
    }
}

/// The real folders behind a link that is followed: those before it, the folder it stands in, and the one it leads to.
/// Nothing where it leads back to one of them or to a folder around one.
fn followed(folder: &Path, link: &Path, behind: &[PathBuf]) -> Option<Vec<PathBuf>> {
    let target = fs::canonicalize(link).ok()?;
    let mut known = behind.to_vec();
    known.extend(fs::canonicalize(folder));
    if known.iter().any(|known| known.starts_with(&target)) {
        return None;
    }
    known.push(target);
    Some(known)
}

/// How a file below `root` is shown.
fn show(path: &Path, root: &Path, shown_root: Option<&str>) -> String {
    let inside = slashes(path.strip_prefix(root).unwrap_or(path));
    match shown_root {
        Some("") | None => inside,
        Some(root) if inside.is_empty() => root.to_owned(),
        Some(root) => format!("{root}/{inside}"),
    }
}

/// How a file that the command line names is shown.
fn shown(path: &Path, working_folder: &Path) -> String {
    below(path, working_folder).unwrap_or_else(|| path.file_name().map_or_else(String::new, lossy))
}

/// `path` relative to the working folder where it lies in it: as written, else as the file system has it.
fn below(path: &Path, working_folder: &Path) -> Option<String> {
    let written = clean(&working_folder.join(path));
    if let Ok(inside) = written.strip_prefix(working_folder) {
        return Some(slashes(inside));
    }
    let (real, folder) = (fs::canonicalize(path).ok()?, fs::canonicalize(working_folder).ok()?);
    real.strip_prefix(folder).ok().map(slashes)
}

/// Without `.` and, as far as the text tells, `..`.
fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// With `/` between the names on every system.
fn slashes(path: &Path) -> String {
    let mut out = String::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::RootDir => out.push('/'),
            other => {
                if !out.is_empty() && !out.ends_with('/') {
                    out.push('/');
                }
                out.push_str(&lossy(other.as_os_str()));
            }
        }
    }
    out
}

fn lossy(name: &OsStr) -> String {
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "<a/>").unwrap();
        }
        folder
    }

    fn shown(paths: &[&Path], working_folder: &Path, include: &[&str], exclude: &[&str]) -> Vec<String> {
        let globs = |texts: &[&str]| texts.iter().map(|text| Glob::new(text).unwrap()).collect();
        let base = working_folder.to_owned();
        let selection = Selection { base, include: globs(include), exclude: globs(exclude) };
        let paths: Vec<PathBuf> = paths.iter().map(|&path| path.to_owned()).collect();
        discover(&paths, working_folder, &selection).unwrap().files.into_iter().map(|file| file.shown).collect()
    }

    #[test]
    fn a_folder_gives_its_xml_files_without_hidden_folders_and_product_copies() {
        let folder = tree(&[
            "b.XML",
            "a/c.xml",
            "a/d.txt",
            ".git/x.xml",
            "Runtime/Workforce/y.xml",
            "Runtime/z.xml",
            "Runtime/bootstrap/q.xml",
        ]);
        let root = folder.path();
        assert_eq!(shown(&[root], root, &[], &[]), ["Runtime/z.xml", "a/c.xml", "b.XML"]);
        assert_eq!(shown(&[&root.join("Runtime")], root, &[], &[]), ["Runtime/z.xml"]);
        assert_eq!(shown(&[root], root, &[], &["a", "*.XML"]), ["Runtime/z.xml"]);
        assert_eq!(shown(&[root], root, &["Runtime/Workforce/**", "*.txt"], &[]), ["Runtime/Workforce/y.xml", "a/d.txt"]);
        assert_eq!(shown(&[root], root, &[".git/**"], &[]), [".git/x.xml"]);
    }

    #[test]
    fn a_named_file_is_taken_whatever_the_patterns_say_and_only_once() {
        let folder = tree(&["a/c.xml", "a/d.txt"]);
        let root = folder.path();
        let found = shown(&[root, &root.join("a/d.txt"), &root.join("a/../a/c.xml")], root, &[], &["*"]);
        assert_eq!(found, ["a/c.xml", "a/d.txt"]);
    }

    #[test]
    fn outside_the_working_folder_names_are_relative_to_the_path_given() {
        let (one, two, elsewhere) = (tree(&["x/a.xml"]), tree(&["x/a.xml"]), tree(&["here.xml"]));
        assert_eq!(shown(&[one.path()], elsewhere.path(), &[], &[]), ["x/a.xml"]);
        let both = shown(&[one.path(), two.path()], elsewhere.path(), &[], &[]);
        assert!(both[0].ends_with("/x/a.xml") && both[0] != both[1], "{both:?}");
    }

    #[test]
    fn what_is_not_there_is_an_error_before_any_work() {
        let folder = tree(&[]);
        let missing = folder.path().join("nothing");
        let error = discover(&[missing], folder.path(), &Selection::default()).unwrap_err();
        assert!(matches!(error, DiscoveryError::Missing(_)));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_once_and_loops_end() {
        use std::os::unix::fs::symlink;
        let folder = tree(&["a/c.xml"]);
        let root = folder.path();
        symlink(root, root.join("a/up")).unwrap();
        symlink(root.join("a"), root.join("b")).unwrap();
        symlink(root.join("gone"), root.join("gone.xml")).unwrap();
        assert_eq!(shown(&[root], root, &[], &[]), ["a/c.xml"]);
        let found = discover(&[root.to_owned()], root, &Selection::default()).unwrap();
        assert_eq!(found.unlisted[0].shown, "gone.xml");
    }
}
