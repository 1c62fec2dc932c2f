//! The entity model of a plan, as expressions ask for it.

use rustc_hash::FxHashMap;

use crate::expr::schema::{EntityId, Member, Schema};
use crate::expr::types::Type;
use crate::plan::model::{AssociationEnd, EntityType, Model};

/// Where a navigation property leads.
pub(in crate::tasks) struct Navigation<'p> {
    /// The association.
    pub(in crate::tasks) association: &'p str,
    /// Whether the property is that of the association's first end.
    pub(in crate::tasks) first: bool,
    /// Whether it holds several resources.
    pub(in crate::tasks) many: bool,
    /// The entity type there.
    pub(in crate::tasks) target: EntityId,
}

/// The entity model of a plan.
pub(in crate::tasks) struct PlanSchema<'p> {
    model: &'p Model,
    entities: FxHashMap<String, EntityId>,
    navigation: FxHashMap<(EntityId, String), Navigation<'p>>,
}

impl<'p> PlanSchema<'p> {
    pub(in crate::tasks) fn new(model: &'p Model) -> Self {
        let numbered = model.entity_types.iter().enumerate();
        let entities: FxHashMap<String, EntityId> =
            numbered.map(|(number, entity_type)| (entity_type.id.to_lowercase(), EntityId(number as u32))).collect();
        let mut navigation = FxHashMap::default();
        for association in &model.associations {
            let ends = [(&association.first, &association.second, true), (&association.second, &association.first, false)];
            for (near, far, first) in ends {
                let of = |end: &AssociationEnd| entities.get(&end.entity_type.to_lowercase()).copied();
                let (Some(owner), Some(target)) = (of(near), of(far)) else { continue };
                let found = Navigation { association: &association.id, first, many: near.collection, target };
                navigation.entry((owner, near.property.to_lowercase())).or_insert(found);
            }
        }
        Self { model, entities, navigation }
    }

    pub(in crate::tasks) fn model(&self) -> &'p Model {
        self.model
    }

    /// The entity type of that number.
    pub(in crate::tasks) fn entity_type(&self, entity: EntityId) -> Option<&'p EntityType> {
        self.model.entity_types.get(entity.0 as usize)
    }

    /// Where a property leads, if it leads anywhere.
    pub(in crate::tasks) fn navigation(&self, entity: EntityId, property: &str) -> Option<&Navigation<'p>> {
        self.navigation.get(&(entity, property.to_lowercase()))
    }

    /// The identifier and the type of a property.
    pub(in crate::tasks) fn property(&self, entity: EntityId, property: &str) -> Option<(&'p str, &'p str)> {
        let mut properties = self.entity_type(entity)?.properties.iter();
        let found = properties.find(|candidate| candidate.id.eq_ignore_ascii_case(property))?;
        Some((&found.id, &found.kind))
    }

    /// The type of a property, a name of `EntityPropertyType`.
    pub(in crate::tasks) fn kind(&self, entity_type: &str, property: &str) -> Option<&'p str> {
        self.property(self.entity(entity_type)?, property).map(|(_, kind)| kind)
    }
}

impl Schema for PlanSchema<'_> {
    fn entity(&self, name: &str) -> Option<EntityId> {
        self.entities.get(&name.to_lowercase()).copied()
    }

    fn entity_name(&self, entity: EntityId) -> String {
        self.entity_type(entity).map(|found| found.id.clone()).unwrap_or_default()
    }

    fn member(&self, entity: EntityId, name: &str) -> Member {
        if let Some(navigation) = self.navigation(entity, name) {
            let target = Type::Entity(navigation.target);
            return Member::Value(if navigation.many { Type::List(Box::new(target)) } else { target });
        }
        match self.property(entity, name) {
            Some((_, kind)) => Member::Value(Type::of_property(kind)),
            // The number of a resource is its own, not declared.
            None if name == "Id" => Member::Value(Type::Int64),
            None => Member::Missing,
        }
    }
}
