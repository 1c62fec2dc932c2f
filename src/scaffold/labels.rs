//! Display names that the product gives to generated tasks, in its two languages. The unaccented capital of
//! "Evaluation" and the older product name in the profile task are the product's own.

use crate::grammar::{ElementKind, kinds};

/// English and French label of a task that stands alone.
pub(super) fn of(kind: ElementKind) -> (&'static str, &'static str) {
    match kind {
        kinds::BUILD_ROLE_MODEL_TASK => ("Build the Role Model", "Fabrication du modèle de rôles"),
        kinds::CLEAN_DATA_BASE => ("Clean Database", "Nettoyage de la base de données"),
        kinds::COMPUTE_CORRELATION_KEYS_TASK => ("Compute all Correlations", "Calcul des corrélations"),
        kinds::COMPUTE_RISK_SCORES_TASK => ("Compute Risk Scores", "Calcul des scores de risques"),
        kinds::COMPUTE_ROLE_MODEL_TASK => ("Apply the Role Model", "Evaluation du modèle de rôles"),
        kinds::CREATE_DATABASE_VIEWS_TASK => ("Create the SQL Views", "Création des vues SQL"),
        kinds::DEPLOY_CONFIGURATION_TASK => ("Deploy Configuration", "Déploiement de la configuration"),
        kinds::EXPORT_TASK => ("Extract Changes", "Extraction des modifications"),
        kinds::FULFILL_TASK => ("Fulfillment", "Alimentation"),
        kinds::GENERATE_PROVISIONING_ORDERS_TASK => ("Generate Provisioning Orders", "Génération des ordres de provisioning"),
        kinds::MAINTAIN_INDEXES_TASK => ("SQL Index and Statistics Maintenance", "Maintenance des index SQL et des statistiques"),
        kinds::MANAGE_CONFIGURATION_INDEXES_TASK => {
            ("Manage Configuration Specific SQL Indexes", "Gestion des index SQL liés à la configuration")
        }
        kinds::PREPARE_SYNCHRONIZATION_TASK => ("Synchronization (agent side)", "Synchronisation (côté agent)"),
        kinds::PROCESS_ACCESS_CERTIFICATION_ITEMS_TASK => {
            ("Process Access Certification Decisions", "Traitement des décisions pour la certification")
        }
        kinds::REFRESH_SCHEMA_TASK => ("Refresh the connection schema", "Rafraîchissement des schémas des connexions"),
        kinds::RESET_VALID_FROM_TASK => ("Initialization of Historization", "Initialisation de l'historisation"),
        kinds::SAVE_PRE_EXISTING_ACCESS_RIGHTS_TASK => ("Save Pre-existing Access Rights", "Sauvegarde des droits pré-existants"),
        kinds::SEND_ACCESS_CERTIFICATION_NOTIFICATION_TASK => {
            ("Send Access Certification Notifications", "Envoi des notifications pour la certification")
        }
        kinds::SEND_ROLE_MODEL_NOTIFICATIONS_TASK => {
            ("Send Role Model Notifications", "Envoi des notifications de modèle de rôles")
        }
        kinds::SET_ACCESS_CERTIFICATION_REVIEWER_TASK => {
            ("Set Access Certification Reviewer", "Mise à jour des valideurs pour la certification")
        }
        kinds::SET_INTERNAL_USER_PROFILES_TASK => ("Assign Usercube Profiles", "Affectation des profils Usercube"),
        kinds::SET_RECENTLY_MODIFIED_FLAG_TASK => ("Tag Modified Objects", "Marquage des objets modifiés"),
        kinds::SYNCHRONIZE_TASK => ("Synchronization (server side)", "Synchronisation (côté serveur)"),
        kinds::UPDATE_ACCESS_CERTIFICATION_CAMPAIGN_TASK => {
            ("Update Access Certification Campaign", "Mise à jour des campagnes de certifications")
        }
        kinds::UPDATE_CLASSIFICATION_TASK => ("Resources Classification", "Classification des ressources"),
        kinds::UPDATE_ENTITY_PROPERTY_EXPRESSIONS_TASK => ("Update Computed Properties", "Mise à jour des propriétés calculées"),
        kinds::UPDATE_PARAMETERS_CONTEXT_DISPLAY_NAMES_TASK => {
            ("Update of Parameters Context Display Names", "Mise à jour des noms des contextes de paramètres")
        }
        _ => ("", ""),
    }
}
