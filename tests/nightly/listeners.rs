//! A mail server and a web server that take messages and keep them for the test.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);

/// Speaks as much SMTP as a client in the clear needs.
pub struct MailServer {
    pub address: SocketAddr,
    letters: Receiver<String>,
}

impl MailServer {
    /// Takes so many letters; then nobody listens any more.
    pub fn taking(count: usize) -> Self {
        Self::start(count, false)
    }

    /// The same of one that takes letters after a password, whichever it is.
    #[allow(dead_code, reason = "each test file uses its own share")]
    pub fn after_passwords(count: usize) -> Self {
        Self::start(count, true)
    }

    fn start(count: usize, wants_password: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let (sender, letters) = channel();
        std::thread::spawn(move || {
            for (stream, _) in std::iter::repeat_with(|| listener.accept()).take(count).flatten() {
                let _ = sender.send(letter(stream, wants_password));
            }
        });
        Self { address, letters }
    }

    pub fn letter(&self) -> String {
        self.letters.recv_timeout(PATIENCE).expect("a mail comes")
    }
}

fn letter(mut stream: TcpStream, wants_password: bool) -> String {
    let mut lines = BufReader::new(stream.try_clone().expect("a stream can be shared")).lines();
    let mut say = |words: &str| write!(stream, "{words}\r\n").expect("the client listens");
    say("220 test ready");
    let (mut letter, mut is_data) = (String::new(), false);
    while let Some(Ok(line)) = lines.next() {
        match line.to_uppercase().split(' ').next().unwrap_or_default() {
            _ if is_data && line == "." => {
                is_data = false;
                say("250 taken");
            }
            _ if is_data => {
                letter += &line;
                letter.push('\n');
            }
            "DATA" => {
                is_data = true;
                say("354 go on");
            }
            "EHLO" if wants_password => say("250-test\r\n250 AUTH PLAIN LOGIN"),
            "AUTH" => say("235 welcome"),
            "QUIT" => {
                say("221 bye");
                break;
            }
            _ => say("250 ok"),
        }
    }
    // Words that were folded over lines stand together again.
    letter.replace("=\n", "")
}

/// Takes messages by HTTP.
pub struct WebServer {
    pub address: SocketAddr,
    messages: Receiver<(String, String)>,
}

impl WebServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let _ = sender.send(message(stream));
            }
        });
        Self { address, messages }
    }

    /// The head and the body of what came.
    pub fn message(&self) -> (String, String) {
        self.messages.recv_timeout(PATIENCE).expect("a message comes")
    }
}

fn message(mut stream: TcpStream) -> (String, String) {
    let mut reader = BufReader::new(stream.try_clone().expect("a stream can be shared"));
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|read| read > 0) {}
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or_default()];
    reader.read_exact(&mut body).expect("the body comes whole");
    let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n");
    (head, String::from_utf8_lossy(&body).into_owned())
}
