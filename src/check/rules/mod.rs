//! The rules, as a table of small functions. A rule's name is a true sentence about good input.

mod addresses;
mod customers;
mod deletions;
mod locations;
mod numbers;
mod templates;
mod users;

use crate::diagnostic::Diagnostic;

use super::context::Context;
use super::people::People;
use super::users::Seated;

/// A rule about customers and locations.
pub(super) type Rule = fn(&Context<'_>, &mut Vec<Diagnostic>);
/// A rule about customers that asks for users.
pub(super) type AdministratorRule = fn(&Context<'_>, &People, &mut Vec<Diagnostic>);
/// A rule about one user row by itself.
pub(super) type UserRule = fn(&Context<'_>, &Seated<'_>, &mut Vec<Diagnostic>);

/// The rules about customers and locations, in no order that matters.
pub(super) const RULES: &[Rule] = &[
    customers::external_ids_are_unique,
    customers::names_have_no_percent_sign,
    customers::org_ids_are_of_organisations,
    customers::calling_customers_have_a_time_zone,
    customers::packages_have_what_they_need_beside_them,
    customers::limits_are_on_packages_that_can_have_one,
    templates::templates_exist,
    templates::rows_leave_alone_what_the_template_owns,
    templates::countries_are_the_templates,
    templates::locations_are_confirmed_as_supported,
    templates::packages_are_sold_by_the_template,
    addresses::lines_are_short_enough,
    addresses::states_are_there_where_the_country_has_them,
    addresses::postal_codes_are_there_where_the_country_has_them,
    addresses::countries_are_listed,
    addresses::time_zones_are_listed,
    addresses::languages_are_listed,
    locations::names_are_short_enough,
    locations::names_are_unique_within_the_customer,
    locations::callbacks_have_a_main_number,
    locations::customers_exist,
    deletions::headquarters_go_with_their_customer,
    numbers::numbers_are_in_one_location,
    numbers::numbers_are_of_the_locations_country,
];

/// The rules about customers and their administrators.
pub(super) const ADMINISTRATOR_RULES: &[AdministratorRule] = &[
    customers::administrators_belong_to_one_customer,
    customers::administrators_are_users_of_their_customer,
    deletions::what_goes_is_named_by_no_row_that_stays,
];

/// The rules about single user rows. What users share with each other is the business of [`People`].
pub(super) const USER_RULES: &[UserRule] = &[
    users::customers_exist,
    users::locations_exist,
    users::packages_are_for_users,
    users::packages_were_sold_to_the_customer,
    users::calling_users_can_be_dialled,
    users::cells_have_an_effect,
    users::names_are_usual,
    users::addresses_belong_to_a_company,
    users::administrators_have_the_customers_level,
    users::numbers_are_in_one_location,
    users::numbers_are_of_the_locations_country,
    users::people_have_personal_numbers,
];
