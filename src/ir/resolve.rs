//! References to typed ids, and overrides to copies of the tasks they change.

use super::items::{Item, Override, Task};
use super::lower::Items;
use super::{Field, Id, Index, Ref};

/// Finds what every reference names. Runs after all files are merged.
pub(super) fn resolve(items: &mut Items) -> Index {
    let index = Index::new(
        &items.agents,
        &items.connections,
        &items.connectors,
        &items.entity_associations,
        &items.entity_types,
        &items.jobs,
        &items.open_id_clients,
        &items.profiles,
        &items.resource_types,
        &items.tasks,
    );
    items.resolve(&index);
    {
        use rayon::prelude::*;
        items.tasks.as_mut_slice().par_iter_mut().for_each(|task| resolve_children(task, &index));
    }
    copy_overridden(items, &index);
    index
}

/// Finds what the children of a task name.
pub(super) fn resolve_children(task: &mut Task, index: &Index) {
    fn all<T: super::field::Named>(fields: &mut [Field<Ref<T>>], index: &Index) {
        for field in fields {
            field.value.target = T::find(index, field.value.name);
        }
    }
    all(&mut task.depends_on, index);
    all(&mut task.entity_types, index);
    all(&mut task.resource_types, index);
}

/// Resolves overrides that name generated tasks.
pub(super) fn copy_late(items: &mut Items, index: &Index) {
    for item in items.overrides.as_mut_slice() {
        item.resolve(index);
    }
    copy_overridden(items, index);
}

/// Gives every override that has none yet its copy of the task it names, which is one of the element it overrides.
fn copy_overridden(items: &mut Items, index: &Index) {
    for number in 0..items.overrides.len() {
        let id: Id<Override> = Id::new(number as u32);
        if items.overrides[id].copy.is_some() {
            continue;
        }
        if let Some(written) = items.overrides[id].written.as_deref_mut() {
            written.resolve(index);
            resolve_children(written, index);
        }
        let item = &items.overrides[id];
        let (Some(base), Some(written)) = (item.task.and_then(|task| task.value.target), item.written.as_deref()) else {
            continue;
        };
        // An override of another element is refused: what the job would run is not known, and not what the task says.
        if written.kind != items.tasks[base].kind {
            continue;
        }
        let mut copy = items.tasks[base].clone();
        copy.overlay(written);
        copy.origin = item.origin;
        copy.job = written.job;
        copy.base = Some(base);
        list(&mut copy.depends_on, &written.depends_on);
        list(&mut copy.entity_types, &written.entity_types);
        list(&mut copy.resource_types, &written.resource_types);
        copy.unread |= written.unread;
        copy.link_unread |= written.link_unread;
        items.overrides[id].copy = Some(items.tasks.push(copy));
    }
}

/// A list that the override writes replaces the task's; otherwise the task's stays.
fn list<T>(own: &mut Vec<Field<Ref<T>>>, written: &[Field<Ref<T>>]) {
    if written.is_empty() {
        for field in own {
            field.at = field.at.of_base();
        }
    } else {
        written.clone_into(own);
    }
}
