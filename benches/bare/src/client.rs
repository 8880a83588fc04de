//! Spawns a program, sends it requests, and times the replies: the same client for keepstone and for the bare programs.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

use crate::Result;

/// Up to so many requests the pipes hold, so that one thread can write and read.
const ONE_THREAD_MAX: usize = 64;

/// Sends the lines of a file, so many at most unanswered; the first `warm` of them before the clock starts.
pub fn measure(requests: &Path, warm: usize, in_flight: usize, program: &[&str]) -> Result<()> {
    let text = fs::read_to_string(requests)?;
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() <= warm {
        return Err(format!("{} has only {} requests", requests.display(), lines.len()).into());
    }
    let spawned = Instant::now();
    let mut child =
        Command::new(program[0]).args(&program[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = child.stdin.take().ok_or("no stdin")?;
    let from = BufReader::with_capacity(1 << 20, child.stdout.take().ok_or("no stdout")?);
    let mut output = Replies { from, all: Vec::new(), first: None };
    for line in &lines[..warm] {
        send(&mut input, line)?;
        output.next()?;
    }
    let mut each: Vec<f64> = Vec::new();
    let start = Instant::now();
    let lines = &lines[warm..];
    if in_flight == 1 {
        for line in lines {
            let sent = Instant::now();
            send(&mut input, line)?;
            output.next()?;
            each.push(sent.elapsed().as_secs_f64());
        }
    } else if in_flight <= ONE_THREAD_MAX {
        let mut waiting = lines.iter();
        let mut buffer = Vec::new();
        for line in waiting.by_ref().take(in_flight) {
            push(&mut buffer, line);
        }
        for _ in lines {
            // What is answered together is followed up together.
            if output.from.buffer().is_empty() && !buffer.is_empty() {
                input.write_all(&buffer)?;
                buffer.clear();
            }
            output.next()?;
            if let Some(line) = waiting.next() {
                push(&mut buffer, line);
            }
        }
    } else {
        std::thread::scope(|scope| -> Result<()> {
            let writing = scope.spawn(|| -> std::io::Result<()> {
                for some in lines.chunks(ONE_THREAD_MAX) {
                    let mut buffer = Vec::new();
                    some.iter().for_each(|line| push(&mut buffer, line));
                    input.write_all(&buffer)?;
                }
                Ok(())
            });
            for _ in lines {
                output.next()?;
            }
            writing.join().map_err(|_| "the writer panicked")??;
            Ok(())
        })?;
    }
    let seconds = start.elapsed().as_secs_f64();
    let first_reply = output.first.ok_or("no reply")?.duration_since(spawned);
    let peak_bytes = peak_bytes(&child.id().to_string())?;
    drop(input);
    let mut rest = Vec::new();
    output.from.read_to_end(&mut rest)?;
    let status = child.wait()?;
    if !status.success() || !rest.is_empty() {
        return Err(format!("{} ended with {status} and {} bytes more", program[0], rest.len()).into());
    }
    let reply_bytes = output.check()?;
    each.sort_by(f64::total_cmp);
    let report = json!({
        "firstReply": first_reply.as_secs_f64(),
        "seconds": seconds,
        "count": lines.len(),
        "median": each.get(each.len() / 2),
        "p95": each.get((each.len() * 95).div_ceil(100).saturating_sub(1)),
        "longest": each.last(),
        "peakBytes": peak_bytes,
        "replyBytes": reply_bytes,
    });
    println!("{report}");
    Ok(())
}

fn push(buffer: &mut Vec<u8>, line: &str) {
    buffer.extend_from_slice(line.as_bytes());
    buffer.push(b'\n');
}

fn send(input: &mut ChildStdin, line: &str) -> Result<()> {
    let mut bytes = Vec::with_capacity(line.len() + 1);
    push(&mut bytes, line);
    Ok(input.write_all(&bytes)?)
}

/// The most memory that a process has had since its program began. (What `wait` tells includes the spawner's.)
pub fn peak_bytes(process: &str) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}

/// The replies of a program, kept to be looked at when the clock has stopped.
struct Replies<R> {
    from: BufReader<R>,
    all: Vec<Vec<u8>>,
    /// When the first came.
    first: Option<Instant>,
}

impl<R: Read> Replies<R> {
    fn next(&mut self) -> Result<()> {
        let mut line = Vec::new();
        if self.from.read_until(b'\n', &mut line)? == 0 {
            return Err("the program has closed its output".into());
        }
        self.first.get_or_insert_with(Instant::now);
        self.all.push(line);
        Ok(())
    }

    /// Refuses anything but results; answers how long the middle one is.
    fn check(&self) -> Result<usize> {
        let mut lengths = Vec::new();
        for line in &self.all {
            let reply: Value = serde_json::from_slice(line)?;
            if reply.get("result").is_none_or(Value::is_null) {
                return Err(format!("no result: {reply}").into());
            }
            lengths.push(line.len());
        }
        lengths.sort_unstable();
        Ok(lengths[lengths.len() / 2])
    }
}
