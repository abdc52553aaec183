//! The provider of a run: Webex, or the embedded simulator on a loopback port.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::Console;
use crate::api::{BaseUrl, Client, Renewal, Token, Tokens, Transport};
use crate::journal::Log;
use crate::settings::{Settings, find_token};
use crate::simulator::{Faults, Settings as Behaviour, Simulator, server};
use crate::workspace::Workspace;

/// How a simulator is to behave.
#[derive(Debug, Clone, Default)]
pub struct Simulation {
    pub port: u16,
    pub latency_ms: Option<u64>,
    pub provision_ms: Option<u64>,
    pub rate: Option<u32>,
    /// A fault file, or a seed.
    pub faults: Option<String>,
    pub state: Option<PathBuf>,
}

/// A simulator that is being served.
pub(super) struct Served {
    pub url: String,
    pub task: JoinHandle<std::io::Result<()>>,
}

/// Serves a simulator on a loopback port; port 0 takes a free one.
pub(super) async fn serve(simulation: &Simulation) -> anyhow::Result<Served> {
    let faults = faults(simulation.faults.as_deref())?;
    let mut behaviour = Behaviour::default();
    behaviour.latency_ms = simulation.latency_ms.unwrap_or(behaviour.latency_ms);
    behaviour.provision_ms = simulation.provision_ms.unwrap_or(behaviour.provision_ms);
    behaviour.rate = simulation.rate;
    let simulator = restored(behaviour, faults, simulation.state.as_ref())?;
    let listener = TcpListener::bind(("127.0.0.1", simulation.port)).await.with_context(|| {
        format!("port {} of this machine cannot be had; choose another with --port", simulation.port)
    })?;
    let url = format!("http://{}", listener.local_addr()?);
    let state = simulation.state.clone();
    Ok(Served { url, task: tokio::spawn(server::serve(listener, simulator, state)) })
}

fn restored(behaviour: Behaviour, faults: Faults, state: Option<&PathBuf>) -> anyhow::Result<Simulator> {
    let Some(path) = state else { return Ok(Simulator::new(behaviour, faults)) };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            let words = || format!("cannot read the simulator's state `{}`; remove it to start anew", path.display());
            return Err(error).with_context(words);
        }
    };
    Simulator::restore(behaviour, faults, &text).map_err(|wrong| {
        anyhow!("the simulator's state `{}` cannot be used: {wrong}; remove it to start anew", path.display())
    })
}

/// A fault file, or a seed when it is a number.
fn faults(wanted: Option<&str>) -> anyhow::Result<Faults> {
    let Some(wanted) = wanted else { return Ok(Faults::none()) };
    if let Ok(seed) = wanted.parse() {
        return Ok(Faults::from_seed(seed));
    }
    let text = std::fs::read_to_string(wanted)
        .with_context(|| format!("cannot read the fault file `{wanted}`; name a file or a seed, which is a number"))?;
    Faults::parse(&text).map_err(|wrong| anyhow!("the fault file `{wanted}` cannot be used: {wrong}"))
}

/// Which Webex a run talks to, for people and for the journal.
pub(super) fn name(settings: &Settings) -> String {
    let webex = settings.api.base.as_ref().map_or_else(|| SIMULATOR.to_owned(), BaseUrl::host);
    let profile = settings.profile.as_ref().filter(|_| settings.api.base.is_some());
    let profile = profile.map(|profile| format!(" as {profile}")).unwrap_or_default();
    match &settings.api.behalf {
        Some(behalf) => format!("{webex}{profile} for the sub-partner {}", behalf.org_id),
        None => webex + &profile,
    }
}

/// What the built-in simulator is called.
const SIMULATOR: &str = "the simulator";

/// Did what goes by that name go to the built-in simulator?
pub(super) fn is_simulated(name: &str) -> bool {
    name.starts_with(SIMULATOR)
}

/// Commands that are told go on with the simulator where the latest run went there: for commands that ask nobody.
pub(super) fn go_on_practising(log: &dyn Log, console: &Console<'_>) -> anyhow::Result<()> {
    let is_practised = log.runs()?.last().is_some_and(|head| is_simulated(&head.provider));
    console.here.borrow_mut().simulates |= is_practised;
    Ok(())
}

/// Says at once when faults cannot be read, before anything is planned.
pub(super) fn look_at_faults(settings: &Settings) -> anyhow::Result<()> {
    faults(settings.faults.as_deref()).map(drop)
}

/// Says at once when a run could not talk to anybody: no token, or faults that cannot be read.
pub(super) fn look(settings: &Settings) -> anyhow::Result<()> {
    match settings.api.base {
        Some(_) => find_token(&settings.token).map(drop),
        None => look_at_faults(settings),
    }
}

/// What a run talks to.
pub(super) struct Provider {
    client: Client,
    simulator: Option<Served>,
}

impl Provider {
    /// Connects to Webex with the user's token, or to a simulator of its own with a token that is worth nothing.
    pub async fn connect(workspace: &Workspace, settings: &Settings, run: &str) -> anyhow::Result<Self> {
        Self::taught(workspace, settings, run, &[]).await
    }

    /// The same, with the pace that earlier runs were taught.
    pub async fn taught(
        workspace: &Workspace,
        settings: &Settings,
        run: &str,
        learnt: &[(String, f64)],
    ) -> anyhow::Result<Self> {
        let (base, tokens, simulator) = if let Some(base) = &settings.api.base {
            (base.clone(), find_token(&settings.token)?, None)
        } else {
            // Where nothing was ever run, nothing is to be kept either.
            let state = workspace.has_state().then(|| workspace.simulator());
            let faults = settings.faults.clone();
            let served = serve(&Simulation { faults, state, ..Simulation::default() }).await?;
            let token = Token::new("simulator").map_err(|wrong| anyhow!(wrong))?;
            (BaseUrl::parse(&served.url)?, Tokens::new(token, Renewal::None), Some(served))
        };
        let transport = Transport::http(base, tokens, settings.api.timeout)?;
        let (behalf, tracking) = (settings.api.behalf.clone(), format!("turnup_{run}"));
        Ok(Self { client: Client::on_behalf(transport, settings.api.client, behalf, &tracking, learnt), simulator })
    }

    pub fn client(&self) -> Client {
        self.client.clone()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        if let Some(served) = &self.simulator {
            served.task.abort();
        }
    }
}
