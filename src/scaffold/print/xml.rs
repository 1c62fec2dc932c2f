//! One configuration file of everything, with what scaffoldings generate in their place.
//!
//! Elements are written one a line, with the comments before and in those that are written by hand. Prefixes are kept as
//! written; the namespaces that a file declares at its root are declared on those of its elements that use them.

use std::io::{self, Write};

use rustc_hash::FxHashMap;

use crate::grammar::{self, NAMESPACE, names};
use crate::ir::{GeneratedElement, GeneratedEntry, GeneratedJob, Origin, Program, same_identifier};
use crate::source::FileId;
use crate::syntax::{Document, ElementId, Namespace, escape_attribute};

/// Writes the whole configuration, or one job of it.
pub fn xml(program: &Program, only: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let mut expanded: FxHashMap<(FileId, ElementId), Vec<&GeneratedJob>> = FxHashMap::default();
    for job in &program.generated_jobs {
        let origin = program.items.scaffoldings[job.scaffolding].origin;
        expanded.entry((origin.file, origin.element)).or_default().push(job);
    }
    for &id in &program.idle {
        let origin = program.items.scaffoldings[id].origin;
        expanded.entry((origin.file, origin.element)).or_default();
    }
    let mut printer = Printer { program, expanded, only, out: io::BufWriter::new(out) };
    printer.out.write_all(b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n")?;
    writeln!(printer.out, "<ConfigurationFile xmlns=\"{NAMESPACE}\">")?;
    for (file, _) in program.sources.iter() {
        printer.file(file)?;
    }
    printer.out.write_all(b"</ConfigurationFile>\n")?;
    printer.out.flush()
}

struct Printer<'p, 'o> {
    program: &'p Program,
    expanded: FxHashMap<(FileId, ElementId), Vec<&'p GeneratedJob>>,
    only: Option<&'p str>,
    out: io::BufWriter<&'o mut dyn Write>,
}

/// An element whose end tag is still to be written.
struct Open<'t> {
    element: ElementId,
    name: &'t str,
    /// The first element after it.
    end: u32,
}

/// What stands between elements.
struct Beside<'t> {
    /// Comments before an element.
    before: FxHashMap<ElementId, Vec<&'t str>>,
    /// Text in an element, and comments with no element behind them in it.
    last: FxHashMap<ElementId, Vec<&'t str>>,
}

impl<'t> Beside<'t> {
    /// What stands in an element and before it.
    fn of(program: &'t Program, file: FileId, top: ElementId) -> Self {
        let (document, text) = (program.document(file), program.text(file));
        let (mut before, mut last): (FxHashMap<_, Vec<_>>, FxHashMap<_, Vec<_>>) = Default::default();
        // All are in document order: those of one element lie together, and those before it end the ones before them.
        let whole = program.element_span(file, top);
        let texts = document.texts();
        let first = texts.partition_point(|one| one.span.start < whole.start);
        for one in texts[first..].iter().take_while(|one| one.span.start < whole.end) {
            last.entry(one.inside).or_default().push(one.span.of(text));
        }
        let comments = document.comments();
        let mut first = comments.partition_point(|one| one.span.start < whole.start);
        while first > 0 && comments[first - 1].before == Some(top) {
            first -= 1;
        }
        for comment in comments[first..].iter().take_while(|one| one.span.start < whole.end) {
            let own = comment.span.of(text);
            match (comment.before, comment.inside) {
                (Some(element), _) => before.entry(element).or_default().push(own),
                (None, Some(element)) => last.entry(element).or_default().push(own),
                (None, None) => {}
            }
        }
        Self { before, last }
    }
}

impl<'p> Printer<'p, '_> {
    fn file(&mut self, file: FileId) -> io::Result<()> {
        let program: &'p Program = self.program;
        let document = program.document(file);
        let Some(root) = document.root() else { return Ok(()) };
        let beside = Beside::of(program, file, root);
        let declarations = declarations(program, file, root);
        for element in document.children(root) {
            let asked = match (self.only, self.expanded.contains_key(&(file, element))) {
                (None, _) | (_, true) => true,
                (Some(only), false) => {
                    document.name(element) == names::JOB
                        && document
                            .find(element, names::IDENTIFIER)
                            .is_some_and(|id| same_identifier(&program.attribute_value(file, id), only))
                }
            };
            if asked {
                self.written(1, file, element, &beside, &declarations)?;
            }
        }
        Ok(())
    }

    /// Writes an element and everything in it; without recursion, as documents may be nested to any depth.
    fn written(
        &mut self,
        depth: usize,
        file: FileId,
        top: ElementId,
        beside: &Beside<'_>,
        declarations: &[(&str, String)],
    ) -> io::Result<()> {
        let program: &'p Program = self.program;
        let document = program.document(file);
        let end = document.end_of(top);
        let mut open: Vec<Open<'_>> = Vec::new();
        let mut at = top.0;
        while at < end {
            while let Some(inner) = open.pop_if(|inner| inner.end <= at) {
                self.end(depth - 1 + open.len(), &inner, beside)?;
            }
            let element = ElementId(at);
            let next = document.end_of(element);
            if !program.taken.is_empty() && program.taken.contains(&(file, element)) {
                at = next;
                continue;
            }
            if let Some(jobs) = self.expanded.get(&(file, element)) {
                let jobs = jobs.clone();
                for job in jobs {
                    self.job(depth + open.len(), job)?;
                }
                at = next;
                continue;
            }
            for comment in beside.before.get(&element).into_iter().flatten() {
                self.indent(depth + open.len())?;
                writeln!(self.out, "{comment}")?;
            }
            let name = document.name_span(element).of(program.text(file));
            self.start(depth + open.len(), file, element, name, if element == top { declarations } else { &[] })?;
            if next > at + 1 {
                self.out.write_all(b">\n")?;
                open.push(Open { element, name, end: next });
            } else if let Some(last) = beside.last.get(&element) {
                writeln!(self.out, ">{}</{name}>", last.join(" "))?;
            } else {
                self.out.write_all(b" />\n")?;
            }
            at += 1;
        }
        while let Some(inner) = open.pop() {
            self.end(depth - 1 + open.len(), &inner, beside)?;
        }
        Ok(())
    }

    /// Text between elements means nothing to the dialect; it is kept before the end tag.
    fn end(&mut self, depth: usize, element: &Open<'_>, beside: &Beside<'_>) -> io::Result<()> {
        for text in beside.last.get(&element.element).into_iter().flatten() {
            self.indent(depth + 2)?;
            writeln!(self.out, "{text}")?;
        }
        self.indent(depth + 1)?;
        writeln!(self.out, "</{}>", element.name)
    }

    /// A start tag without its end.
    fn start(
        &mut self,
        depth: usize,
        file: FileId,
        element: ElementId,
        name: &str,
        declarations: &[(&str, String)],
    ) -> io::Result<()> {
        let program: &'p Program = self.program;
        let document = program.document(file);
        self.indent(depth)?;
        write!(self.out, "<{name}")?;
        for (prefix, declared) in declarations {
            if uses(program, file, element, prefix) && !declares(document, program.text(file), element, declared) {
                write!(self.out, " {declared}")?;
            }
        }
        for attribute in document.attributes(element) {
            let name = document.attribute_name_span(attribute).of(program.text(file));
            let value = program.kept_value(file, attribute);
            write!(self.out, " {name}=\"{}\"", escape_attribute(&value))?;
        }
        Ok(())
    }

    fn job(&mut self, depth: usize, job: &GeneratedJob) -> io::Result<()> {
        let program: &'p Program = self.program;
        if !super::is_asked(program, job, self.only) {
            return Ok(());
        }
        let Some((number, _)) = job.job else {
            return job.entries.iter().try_for_each(|entry| self.entry(depth, entry));
        };
        let element = super::element(program, number);
        self.generated(depth, element, job.entries.is_empty())?;
        if !job.entries.is_empty() {
            job.entries.iter().try_for_each(|entry| self.entry(depth + 1, entry))?;
            self.indent(depth)?;
            writeln!(self.out, "</{}>", element.kind.def().name)?;
        }
        Ok(())
    }

    fn entry(&mut self, depth: usize, entry: &GeneratedEntry) -> io::Result<()> {
        let number = match *entry {
            GeneratedEntry::Task(number, _) | GeneratedEntry::Step(number) => number,
            GeneratedEntry::Written(origin) => return self.adopted(depth, origin),
        };
        let element = super::element(self.program, number);
        self.generated(depth, element, element.children.is_empty())?;
        for child in &element.children {
            self.indent(depth + 1)?;
            let name = grammar::name_text(child.name).unwrap_or_default();
            writeln!(self.out, "<{} {name}=\"{}\" />", child.kind.def().name, escape_attribute(&child.value))?;
        }
        if !element.children.is_empty() {
            self.indent(depth)?;
            writeln!(self.out, "</{}>", element.kind.def().name)?;
        }
        Ok(())
    }

    /// Writes what a merged job adds, where the generated job has it.
    fn adopted(&mut self, depth: usize, origin: Origin) -> io::Result<()> {
        let program: &'p Program = self.program;
        let document = program.document(origin.file);
        let declared = document.root().map(|root| declarations(program, origin.file, root)).unwrap_or_default();
        let beside = Beside::of(program, origin.file, origin.element);
        self.written(depth, origin.file, origin.element, &beside, &declared)
    }

    fn generated(&mut self, depth: usize, element: &GeneratedElement, empty: bool) -> io::Result<()> {
        self.indent(depth)?;
        write!(self.out, "<{}", element.kind.def().name)?;
        for (name, value) in &element.attributes {
            if let Some(name) = grammar::name_text(*name) {
                write!(self.out, " {name}=\"{}\"", escape_attribute(value))?;
            }
        }
        self.out.write_all(if empty { b" />\n" } else { b">\n" })
    }

    /// Indents no further than can be read, so that deep nesting stays linear.
    fn indent(&mut self, depth: usize) -> io::Result<()> {
        (0..depth.min(32)).try_for_each(|_| self.out.write_all(b"  "))
    }
}

/// What the root of a file declares beyond the configuration's own namespace: prefix and declaration.
fn declarations(program: &Program, file: FileId, root: ElementId) -> Vec<(&str, String)> {
    let document = program.document(file);
    let declared = document.attributes(root).filter(|&id| document.attribute_namespace(id) == Namespace::Declaration);
    let found = declared.filter_map(|id| {
        let name = document.attribute_name_span(id).of(program.text(file));
        let prefix = name.strip_prefix("xmlns:")?;
        Some((prefix, format!("{name}=\"{}\"", escape_attribute(&program.attribute_value(file, id)))))
    });
    found.collect()
}

/// Whether an element, an element inside it, or one of their attributes has the prefix.
fn uses(program: &Program, file: FileId, top: ElementId, prefix: &str) -> bool {
    let document = program.document(file);
    let text = program.text(file);
    let has = |name: &str| name.split_once(':').is_some_and(|(own, _)| own == prefix);
    std::iter::once(top).chain(document.descendants(top)).any(|element| {
        has(document.name_span(element).of(text))
            || document.attributes(element).any(|attribute| has(document.attribute_name_span(attribute).of(text)))
    })
}

/// Whether the element itself has a declaration of that prefix.
fn declares(document: &Document, text: &str, element: ElementId, declaration: &str) -> bool {
    let name = declaration.split('=').next();
    document.attributes(element).any(|id| Some(document.attribute_name_span(id).of(text)) == name)
}
