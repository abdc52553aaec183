//! TCP connections that can be cut from inside a request, as a failing network would. HTTP is not
//! spoken here.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Accepts connections that can be cut.
pub struct Lines(pub TcpListener);

/// One connection.
pub struct Line {
    stream: TcpStream,
    scissors: Scissors,
}

/// What cuts one connection: after that not a single byte leaves any more.
#[derive(Debug, Clone, Default)]
pub struct Scissors(Arc<AtomicBool>);

impl Scissors {
    /// Cuts the connection; it ends as soon as something wants to write to it.
    pub fn cut(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn check(&self) -> io::Result<()> {
        if self.0.load(Ordering::Acquire) {
            return Err(io::Error::new(io::ErrorKind::ConnectionReset, "cut on purpose"));
        }
        Ok(())
    }
}

impl Listener for Lines {
    type Io = Line;
    type Addr = Scissors;

    async fn accept(&mut self) -> (Line, Scissors) {
        let (stream, _) = Listener::accept(&mut self.0).await;
        // Without it small answers wait for the client; if it fails they do, which is no fault.
        let _ = stream.set_nodelay(true);
        let scissors = Scissors::default();
        (Line { stream, scissors: scissors.clone() }, scissors)
    }

    fn local_addr(&self) -> io::Result<Scissors> {
        Ok(Scissors::default())
    }
}

impl Lines {
    /// Where connections are accepted.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Lines>> for Scissors {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Self {
        stream.remote_addr().clone()
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.scissors.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
