//! A simulated Webex in a process of its own.
#![allow(dead_code, reason = "each bench uses its own share")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::Value;

/// A simulator in a process of its own.
pub struct Webex {
    process: Child,
    pub url: String,
}

impl Webex {
    /// With the flags of `turnup simulate`.
    pub fn start(flags: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_turnup"))
            .arg("simulate")
            .args(flags)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the simulator starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("its output is piped");
        BufReader::new(output).read_line(&mut line).expect("it says where it listens");
        let url = line.trim().strip_prefix("listening ").expect("it says `listening URL`").to_owned();
        Self { process, url }
    }

    pub fn requests(&self) -> Value {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let answer = reqwest::get(format!("{}/_turnup/state", self.url)).await.expect("it answers");
            answer.json::<Value>().await.expect("its state is JSON")["requests"].clone()
        })
    }

    /// The seconds that a lone client waits for an answer, as the median of some.
    pub fn latency(&self) -> f64 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut seconds = runtime.block_on(async {
            let client = reqwest::Client::new();
            let mut seconds = Vec::new();
            for _ in 0..21 {
                let begun = Instant::now();
                let asked = client.get(format!("{}/v1/roles", self.url)).bearer_auth("token").send().await;
                asked.expect("it answers").bytes().await.expect("it answers whole");
                seconds.push(begun.elapsed().as_secs_f64());
            }
            seconds
        });
        seconds.sort_by(f64::total_cmp);
        seconds[seconds.len() / 2]
    }
}

impl Drop for Webex {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
