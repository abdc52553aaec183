pub mod diagnostic; pub mod model; pub mod template; pub mod text; pub mod sheet; pub mod check; pub mod plan; pub mod journal; pub mod api; pub mod run; pub mod simulator; pub mod report;
