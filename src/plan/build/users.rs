//! The steps of users and of their roles.

use std::collections::BTreeMap;

use super::fields::user_fields;
use super::{Builder, Draft, of_stage};
use crate::check::Sourced;
use crate::model::User;
use crate::plan::id::StepId;
use crate::plan::step::Stage;
use crate::plan::work::{RoleWork, UserWork, Work};

impl<'a> Builder<'a> {
    pub(super) fn user(&mut self, sourced: &'a Sourced<User>) {
        let user = &sourced.value;
        let id = StepId::user(user.email.as_str());
        let mut needs = vec![StepId::customer(&user.customer)];
        if let Some(location) = &user.location {
            needs.push(StepId::location(&user.customer, location));
            needs.extend(user.phone_number.map(|_| StepId::numbers(&user.customer, location)));
        }
        needs.extend(self.administrators.get(user.customer.as_str()).filter(|first| **first != id).cloned());
        self.push(Draft {
            id: id.clone(),
            stage: Stage::Users,
            source: sourced.row.into(),
            needs,
            fields: user_fields(user),
            removed: of_stage(&sourced.removed, Stage::Users),
            work: Work::User(UserWork::new(user)),
        });
        if let Some(role) = user.role {
            let role_work = RoleWork {
                customer: user.customer.clone(),
                email: user.email.to_string(),
                role: role.scim_value().to_owned(),
            };
            self.push(Draft {
                id: StepId::role(user.email.as_str()),
                stage: Stage::Roles,
                source: sourced.row.into(),
                needs: vec![id],
                fields: BTreeMap::from([("role".to_owned(), role.word().to_owned())]),
                removed: of_stage(&sourced.removed, Stage::Roles),
                work: Work::Role(role_work),
            });
        }
    }
}
