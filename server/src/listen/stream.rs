//! A socket that ends when its deadline passes.
//!
//! The deadline is checked wherever the socket would make its connection wait, so no wait outlives it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use super::accept::Gauge;
use super::deadline::Clock;

/// A client's socket and its clock.
pub(super) struct TimedStream {
    socket: TcpStream,
    clock: Arc<Clock>,
    gauge: Arc<Gauge>,
    /// Wakes the connection no later than its deadline; may wake it early, never late.
    alarm: Pin<Box<Sleep>>,
}

impl TimedStream {
    pub(super) fn new(socket: TcpStream, clock: Arc<Clock>, gauge: Arc<Gauge>) -> Self {
        let alarm = Box::pin(tokio::time::sleep_until(clock.deadline()));
        Self {
            socket,
            clock,
            gauge,
            alarm,
        }
    }

    /// Pending until the deadline, then an error.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        loop {
            let deadline = self.clock.deadline();
            // A deadline that moved away is left to the old alarm: it rings, and is set again here.
            if deadline < self.alarm.deadline() || self.alarm.is_elapsed() {
                self.alarm.as_mut().reset(deadline);
            }
            if self.alarm.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            if self.clock.deadline() <= Instant::now() {
                self.gauge.timed_out(self.clock.name());
                self.clock.expire();
                return Poll::Ready(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the client took too long",
                ));
            }
        }
    }
}

impl AsyncRead for TimedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.socket).poll_read(context, buffer) {
            Poll::Pending => self.poll_deadline(context).map(Err),
            Poll::Ready(result) => {
                if buffer.filled().len() > before {
                    self.clock.bytes_read(Instant::now());
                }
                Poll::Ready(result)
            }
        }
    }
}

impl AsyncWrite for TimedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.socket).poll_write(context, bytes) {
            Poll::Pending => self.poll_deadline(context).map(Err),
            ready => ready,
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.socket).poll_write_vectored(context, slices) {
            Poll::Pending => self.poll_deadline(context).map(Err),
            ready => ready,
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    /// The connection flushes when it has nothing left to write.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.clock.flushed(self.gauge.is_crowded(), Instant::now());
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
