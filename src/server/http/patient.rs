//! A connection whose client must read what it asked for, as it must send what it announces.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::body::{BYTES_A_PERIOD, PERIOD};

/// A stream that fails once something waits to be written and hardly any of it is taken.
pub(super) struct Patient<S> {
    stream: S,
    /// Since something waits: until then so many bytes more must be taken.
    waiting: Option<(Pin<Box<Sleep>>, usize)>,
}

impl<S: AsyncWrite + Unpin> Patient<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, waiting: None }
    }

    fn judge(&mut self, written: Poll<io::Result<usize>>, context: &mut Context) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(count)) => {
                if let Some((_, missing)) = &mut self.waiting {
                    *missing = missing.saturating_sub(count);
                    if *missing == 0 {
                        self.waiting = None;
                    }
                }
                written
            }
            Poll::Ready(Err(_)) => written,
            Poll::Pending => {
                let (deadline, _) = self.waiting.get_or_insert_with(|| (Box::pin(sleep(PERIOD)), BYTES_A_PERIOD));
                ready!(deadline.as_mut().poll(context));
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "nobody reads the response")))
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context,
        parts: &[io::IoSlice],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.judge(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        // Only what was taken whole is flushed.
        self.waiting = None;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context, into: &mut ReadBuf) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use super::*;

    /// A client that takes so many bytes, each time after a pause.
    struct Client {
        bytes: usize,
        pause: Duration,
        next: Pin<Box<Sleep>>,
    }

    impl Client {
        fn taking(bytes: usize, seconds: u64) -> Patient<Self> {
            let pause = Duration::from_secs(seconds);
            Patient::new(Self { bytes, pause, next: Box::pin(sleep(pause)) })
        }
    }

    impl AsyncWrite for Client {
        fn poll_write(mut self: Pin<&mut Self>, context: &mut Context, bytes: &[u8]) -> Poll<io::Result<usize>> {
            ready!(self.next.as_mut().poll(context));
            self.next = Box::pin(sleep(self.pause));
            Poll::Ready(Ok(bytes.len().min(self.bytes)))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    /// Writes so many bytes.
    async fn write(to: &mut Patient<Client>, count: usize) -> io::Result<()> {
        let bytes = vec![0; count];
        let mut sent = 0;
        while sent < count {
            sent += poll_fn(|context| Pin::new(&mut *to).poll_write(context, &bytes[sent..])).await?;
        }
        poll_fn(|context| Pin::new(&mut *to).poll_flush(context)).await
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_read_is_given_up() {
        let mut silent = Client::taking(1, 3600);
        assert_eq!(write(&mut silent, 10).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        let mut trickling = Client::taking(1, 20);
        assert_eq!(write(&mut trickling, 100).await.unwrap_err().kind(), io::ErrorKind::TimedOut);

        let mut steady = Client::taking(16 << 10, 20);
        write(&mut steady, 100 * (16 << 10)).await.unwrap();
        let mut small = Client::taking(10, 20);
        for _ in 0..10 {
            write(&mut small, 10).await.unwrap();
        }
    }
}
