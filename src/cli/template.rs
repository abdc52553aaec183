//! What was typed behind `turnup template`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{PlanFormatArg, examples};
use crate::pipeline::Answer;

/// What to do with templates.
#[derive(Debug, Subcommand)]
pub enum TemplateCommand {
    /// Add a template: by the wizard of Partner Hub on a terminal, or by flags.
    #[command(after_help = examples::TEMPLATE_ADD)]
    Add(Box<TemplateAnswers>),
    /// List the templates of a workspace.
    #[command(after_help = examples::TEMPLATE_LIST)]
    List {
        /// The workspace folder [default: .].
        dir: Option<PathBuf>,
        /// How they are written.
        #[arg(long, value_enum, default_value_t)]
        format: PlanFormatArg,
    },
    /// Show everything that is known of a template.
    #[command(after_help = examples::TEMPLATE_SHOW)]
    Show {
        /// The template's name.
        name: String,
    },
}

/// The answers to the wizard's questions; without a terminal, --name and --provisioning-id are needed.
#[derive(Debug, Default, Args)]
pub struct TemplateAnswers {
    /// Its name, as the customers sheet says it.
    #[arg(long)]
    name: Option<String>,
    /// Its country, such as BR; decides the data region.
    #[arg(long)]
    country: Option<String>,
    /// Countries its customers may be in, joined by `;` [default: its country].
    #[arg(long)]
    countries: Option<String>,
    /// The e-mail of the service provider's administrator.
    #[arg(long, value_name = "EMAIL")]
    service_provider_admin: Option<String>,
    /// The default language of e-mails, such as `pt_br`.
    #[arg(long, value_name = "LANGUAGE")]
    default_language: Option<String>,
    /// The wholesale subscription.
    #[arg(long)]
    subscription: Option<String>,
    /// How people sign in: webex, saml:ENTITY-ID or oidc:NAME.
    #[arg(long)]
    authentication: Option<String>,
    /// A cloud connected PSTN provider; Cisco recommends to leave it out.
    #[arg(long, value_name = "NAME")]
    pstn_provider: Option<String>,
    /// The packages it may sell, joined by `;` [default: any].
    #[arg(long)]
    packages: Option<String>,
    /// Is every location confirmed as supported? yes or no.
    #[arg(long, value_name = "YES|NO")]
    supported_location: Option<String>,
    /// E-mail settings: key=value, joined by `;`.
    #[arg(long, value_name = "SETTINGS")]
    email: Option<String>,
    /// Calling settings: key=value, joined by `;`.
    #[arg(long, value_name = "SETTINGS")]
    calling: Option<String>,
    /// Is the address of every location registered for emergency calls, unless a row says no? yes or no.
    #[arg(long, value_name = "YES|NO")]
    emergency_address: Option<String>,
    /// What is called back after an emergency call, unless a row says no: `main_number`.
    #[arg(long, value_name = "WHAT")]
    emergency_callback: Option<String>,
    /// The Provisioning ID that Partner Hub shows.
    #[arg(long, value_name = "ID")]
    provisioning_id: Option<String>,
}

impl TemplateAnswers {
    /// What was answered, by the key of the question.
    pub fn given(&self) -> Vec<Answer> {
        let all = [
            ("name", &self.name),
            ("country", &self.country),
            ("countries", &self.countries),
            ("service_provider_admin", &self.service_provider_admin),
            ("default_language", &self.default_language),
            ("subscription", &self.subscription),
            ("authentication", &self.authentication),
            ("pstn_provider", &self.pstn_provider),
            ("packages", &self.packages),
            ("supported_location", &self.supported_location),
            ("email", &self.email),
            ("calling", &self.calling),
            ("emergency_address", &self.emergency_address),
            ("emergency_callback", &self.emergency_callback),
            ("provisioning_id", &self.provisioning_id),
        ];
        all.into_iter().filter_map(|(key, text)| Some((key, text.clone()?))).collect()
    }
}
