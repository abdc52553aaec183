//! The steps of users and of their roles.

use std::collections::BTreeMap;

use super::fields::user_fields;
use super::{Builder, Draft};
use crate::check::Sourced;
use crate::model::User;
use crate::plan::id::StepId;
use crate::plan::step::Stage;
use crate::plan::work::{RoleWork, UserWork, Work};

impl<'a> Builder<'a> {
    pub(super) fn user(&mut self, sourced: &'a Sourced<User>) {
        let user = &sourced.value;
        let id = StepId::user(user.email.as_str());
        let is_new = self.known.made(&id).is_none();
        let mut needs = vec![StepId::customer(&user.customer)];
        if let Some(location) = &user.location {
            needs.push(StepId::location(&user.customer, location));
            needs.extend(user.phone_number.map(|_| StepId::numbers(&user.customer, location)));
        }
        // The first user that a customer gets becomes its administrator.
        let administrator = self.administrators.get(user.customer.as_str());
        needs.extend(administrator.filter(|first| is_new && **first != id).cloned());
        if !self.refused.contains(&sourced.row.index) {
            let release = self.release(sourced, needs.clone());
            needs.extend(release);
            needs.extend(self.take_over(sourced));
            needs.extend_from_slice(self.lines.needs(sourced.row.index));
        }
        self.push(Draft {
            id,
            stage: Stage::Users,
            source: sourced.row.into(),
            needs,
            fields: user_fields(user),
            removed: &sourced.removed,
            work: Work::User(UserWork::new(user)),
        });
        if let Some(role) = self.role(sourced) {
            self.push(role);
        }
    }

    /// The step of a person's role, where the row gives one or takes one away that is known.
    pub(super) fn role(&self, sourced: &'a Sourced<User>) -> Option<Draft<'a>> {
        let user = &sourced.value;
        let id = StepId::role(user.email.as_str());
        let takes_away = sourced.removed.contains(&"role") && self.known.get(&id).is_some();
        if user.role.is_none() && !takes_away {
            return None;
        }
        let wanted = user.role.map(|role| ("role".to_owned(), role.word().to_owned()));
        let work = RoleWork {
            customer: user.customer.clone(),
            email: user.email.to_string(),
            role: user.role.map(|role| role.scim_value().to_owned()).unwrap_or_default(),
            remove: None,
        };
        Some(Draft {
            id,
            stage: Stage::Roles,
            source: sourced.row.into(),
            needs: vec![StepId::user(user.email.as_str())],
            fields: wanted.into_iter().collect::<BTreeMap<_, _>>(),
            removed: &sourced.removed,
            work: Work::Role(work),
        })
    }
}
