//! Typed items by identifier.

use rustc_hash::FxHashMap;

use super::field::Named;
use super::items::{Agent, Connection, Connector, EntityAssociation, EntityType, Job, OpenIdClient, Profile, ResourceType, Task};
use super::{Arena, Id, Symbol};

macro_rules! index {
    ($( $field:ident: $item:ident ),* $(,)?) => {
        /// Maps from identifier to the first item that declares it.
        #[derive(Clone, Debug, Default)]
        pub struct Index {
            $( $field: FxHashMap<Symbol, Id<$item>>, )*
        }

        $(
            impl Named for $item {
                fn find(index: &Index, name: Symbol) -> Option<Id<Self>> {
                    index.$field.get(&name).copied()
                }
            }
        )*

        impl Index {
            /// Enters all items that have an identifier.
            #[expect(clippy::too_many_arguments, reason = "one per kind of item")]
            pub fn new($( $field: &Arena<$item>, )*) -> Self {
                $(
                    let mut map = FxHashMap::with_capacity_and_hasher($field.len(), Default::default());
                    for (id, item) in $field.iter() {
                        if let Some(identifier) = item.identifier {
                            map.entry(identifier.value).or_insert(id);
                        }
                    }
                    let $field = map;
                )*
                Self { $( $field, )* }
            }
        }
    };
}

index! {
    agents: Agent,
    connections: Connection,
    connectors: Connector,
    entity_associations: EntityAssociation,
    entity_types: EntityType,
    jobs: Job,
    open_id_clients: OpenIdClient,
    profiles: Profile,
    resource_types: ResourceType,
    tasks: Task,
}

impl Index {
    /// The item of that kind and identifier.
    pub(crate) fn find<T: Named>(&self, name: Symbol) -> Option<Id<T>> {
        T::find(self, name)
    }

    /// The job of that identifier.
    pub fn find_job(&self, name: &str) -> Option<Id<Job>> {
        self.find(Symbol::new(name))
    }

    /// Enters a generated task; an earlier task of the same identifier keeps its place.
    pub(crate) fn add_task(&mut self, name: Symbol, id: Id<Task>) {
        self.tasks.entry(name).or_insert(id);
    }

    /// Enters a generated job; an earlier job of the same identifier keeps its place.
    pub(crate) fn add_job(&mut self, name: Symbol, id: Id<Job>) {
        self.jobs.entry(name).or_insert(id);
    }
}
