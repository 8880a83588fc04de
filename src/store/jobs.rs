//! Work on many artifacts: in transactions so short that nobody waits long for them, and finished by the next start when
//! the process dies. What is to be done is listed first; once the list is whole it is done, before that it never was.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::{Access, Ahead, Store, Stuck, report};
use crate::base::crash;
use crate::base::lock::Lock;
use crate::manifest::{BUSY_WAIT, JobItem, JobKind, JobRow};
use crate::model::retention::Deletion;
use crate::model::{Error, Kind, Result, Watch};
use crate::store::reader::View;
use crate::store::writer::Writer;

/// So many artifacts are changed at once, or for so long; then the others have their turn.
const BATCH_MOST: u64 = 256;
const BATCH_TIME: Duration = Duration::from_millis(30);
/// Free pages below this stay for what is written next; so many are given back at once.
const FREE_PAGES: u64 = 256;
const PAGES_AT_ONCE: u64 = 64;
/// Listing what is to be done is faster.
const LIST_MOST: usize = 5000;

/// Keeps all other jobs away, of this process and of others.
pub struct JobTurn {
    _lock: Lock,
}

/// What is to be done.
#[derive(Debug)]
pub struct Job {
    /// What is done to each artifact.
    pub kind: JobKind,
    /// The moment that it counts from, as it is to stand in what is kept of it.
    pub at: String,
    /// Who asked for it.
    pub actor: Option<String>,
    /// What is kept of it as a whole.
    pub data: Map<String, Value>,
    /// The artifacts, by their places in the order of commits, and what is kept of each.
    pub items: Vec<(i64, Map<String, Value>)>,
}

/// What became of it.
#[derive(Debug, Default)]
pub struct JobDone {
    /// The artifacts to which it was done.
    pub done: Vec<i64>,
    /// Those to which it was not, and why.
    pub skipped: Vec<(i64, String)>,
}

impl Store {
    /// Waits for other jobs, up to 30 s, and finishes what dead processes left of theirs.
    pub fn job_turn(self: &Arc<Self>, watch: &dyn Watch) -> Result<JobTurn> {
        self.writing()?;
        let lock = Lock::exclusive_within(&self.layout.lock("jobs"), BUSY_WAIT)?.ok_or_else(|| {
            Error::busy(format!("another process collects, restores or purges in {}", self.layout.root().display()))
                .hint("send the request again once it is done")
        })?;
        self.finish_replacements()?;
        self.finish_jobs(watch)?;
        Ok(JobTurn { _lock: lock })
    }

    /// Does a job to its end. Cancelling it has no effect once it has begun.
    pub fn carry_out(self: &Arc<Self>, _: &JobTurn, job: Job, watch: &dyn Watch) -> Result<JobDone> {
        if job.items.is_empty() {
            return Ok(JobDone::default());
        }
        let row = self.list_job(&job, watch)?;
        self.work(&row, job.items.len() as u64, watch)
    }

    fn list_job(self: &Arc<Self>, job: &Job, watch: &dyn Watch) -> Result<JobRow> {
        let mut number = None;
        let mut listed = 0;
        for part in job.items.chunks(LIST_MOST) {
            watch.step(listed, job.items.len() as u64, "artifacts listed")?;
            listed += part.len() as u64;
            let mut batch = self.begin()?;
            number = Some(batch.attempt(|writer| {
                let manifest = writer.manifest();
                let number = match number {
                    Some(number) => number,
                    None => manifest.insert_job(job.kind, &job.at, job.actor.as_deref(), &job.data)?,
                };
                part.iter().try_for_each(|(seq, data)| manifest.insert_job_item(number, *seq, data))?;
                if listed == job.items.len() as u64 {
                    manifest.begin_job(number)?;
                }
                Ok(number)
            })?);
            batch.commit()?;
            crash::point("job.listed");
        }
        Ok(JobRow {
            job: number.expect("there is at least one part"),
            kind: job.kind,
            at: job.at.clone(),
            actor: job.actor.clone(),
            data: job.data.clone(),
            begun: true,
        })
    }

    fn work(self: &Arc<Self>, row: &JobRow, total: u64, watch: &dyn Watch) -> Result<JobDone> {
        let (mut after, mut count) = (0, 0);
        loop {
            let mut items = self.read()?.manifest().job_items(row.job, after, true, BATCH_MOST)?;
            if items.is_empty() {
                break;
            }
            let ahead = match row.kind {
                JobKind::Delete | JobKind::Restore => self.go_ahead_with(row.kind, &mut items)?,
                JobKind::Purge => Ahead::default(),
            };
            let mut batch = self.begin()?;
            batch.attempt(|writer| {
                writer.bring(ahead);
                Ok(())
            })?;
            let begun = Instant::now();
            for item in &items {
                batch.attempt(|writer| {
                    writer.set_actor(row.actor.clone());
                    let outcome = writer.work_on(row, item)?;
                    writer.manifest().set_job_outcome(row.job, item.seq, &outcome)
                })?;
                (after, count) = (item.seq, count + 1);
                if begun.elapsed() > BATCH_TIME {
                    break;
                }
            }
            crash::point("job.batch_written");
            let stuck = batch.commit()?;
            crash::point("job.batch_done");
            if !stuck.is_empty() {
                let mut batch = self.begin()?;
                batch.attempt(|writer| {
                    let manifest = writer.manifest();
                    let note = |one: &Stuck| manifest.set_job_outcome(row.job, one.placement.seq, one.error.message());
                    stuck.iter().try_for_each(note)
                })?;
                batch.commit()?;
            }
            // It goes on even where somebody would rather have it stop: half of it would be neither done nor undone.
            watch.step(count, total.max(count), "artifacts").ok();
            self.let_others();
        }
        if row.kind == JobKind::Purge {
            self.sweep_doomed()?;
        }
        self.settle()?;
        let done = self.outcomes(row)?;
        crash::point("job.before_report");
        if row.kind == JobKind::Delete {
            report::write(self, row)?;
        }
        crash::point("job.reported");
        self.forget_job(row.job)?;
        crash::point("job.done");
        self.shrink()?;
        Ok(done)
    }

    /// Does ahead what the first of these need, and leaves those out that would be too many for one transaction.
    fn go_ahead_with(self: &Arc<Self>, kind: JobKind, items: &mut Vec<JobItem>) -> Result<Ahead> {
        let (reader, mut ahead, mut count) = (self.read()?, Ahead::default(), 0);
        let manifest = reader.manifest();
        for item in items.iter() {
            if ahead.is_enough() {
                break;
            }
            count += 1;
            if manifest.place(item.seq)?.is_some()
                && let Some(found) = manifest.artifact_at(item.seq)?
            {
                match kind {
                    JobKind::Restore => self.go_ahead_back(manifest, &found, &mut ahead)?,
                    _ => self.go_ahead(manifest, &found, &mut ahead)?,
                }
            }
        }
        items.truncate(count);
        Ok(ahead)
    }

    fn outcomes(self: &Arc<Self>, row: &JobRow) -> Result<JobDone> {
        let mut done = JobDone::default();
        for item in self.read()?.manifest().job_items(row.job, 0, false, u64::MAX >> 1)? {
            match item.outcome {
                Some(reason) if !reason.is_empty() => done.skipped.push((item.seq, reason)),
                _ => done.done.push(item.seq),
            }
        }
        Ok(done)
    }

    fn forget_job(self: &Arc<Self>, job: i64) -> Result<()> {
        loop {
            let mut batch = self.begin()?;
            let gone = batch.attempt(|writer| writer.manifest().remove_job(job, LIST_MOST as u64))?;
            batch.commit()?;
            if gone {
                return Ok(());
            }
        }
    }

    /// Gives the pages back that the list of a job took, and others that hold nothing. Rewriting the whole manifest would
    /// keep everybody waiting; this takes as long as a publish.
    fn shrink(self: &Arc<Self>) -> Result<()> {
        while self.read()?.manifest().pages()?.free_pages.0 >= FREE_PAGES {
            let mut batch = self.begin()?;
            let shrunk = batch.attempt(|writer| writer.manifest().give_back(PAGES_AT_ONCE))?;
            batch.commit()?;
            if !shrunk {
                break;
            }
            self.let_others();
        }
        Ok(())
    }

    fn finish_jobs(self: &Arc<Self>, watch: &dyn Watch) -> Result<()> {
        let jobs = self.read()?.manifest().jobs()?;
        for row in jobs {
            if row.begun {
                self.work(&row, 0, watch)?;
            } else {
                self.forget_job(row.job)?;
            }
        }
        self.sweep_doomed()
    }

    /// Finishes what dead processes left of their jobs, unless another one sees to it.
    pub(super) fn recover_jobs(self: &Arc<Self>) -> Result<()> {
        let Access::Write(_) = &self.access else { return Ok(()) };
        let left = |store: &Arc<Self>| -> Result<bool> {
            let reader = store.read()?;
            Ok(!reader.manifest().jobs()?.is_empty() || !reader.manifest().doomed(None, 1)?.is_empty())
        };
        if !left(self)? {
            return Ok(());
        }
        match Lock::try_exclusive(&self.layout.lock("jobs"))? {
            Some(_lock) => self.finish_jobs(&crate::model::Unwatched),
            None => Ok(()),
        }
    }
}

impl Writer<'_> {
    /// Does to one artifact what the job says; answers why not, or an empty text. What protects it now protects it,
    /// whatever was so when the job was made.
    fn work_on(&mut self, row: &JobRow, item: &JobItem) -> Result<String> {
        let Some(found) = self.manifest().artifact_at(item.seq)? else { return Ok("gone".to_owned()) };
        let now = crate::base::clock::millis_text(self.now());
        let protected = match row.kind {
            JobKind::Restore => None,
            JobKind::Delete | JobKind::Purge => self.manifest().protection(item.seq, &now)?,
        };
        if let Some(reason) = protected {
            return Ok(reason.to_owned());
        }
        let done = match row.kind {
            JobKind::Delete => {
                let text = |key: &str| row.data.get(key).and_then(Value::as_str).map(str::to_owned);
                let of = |key: &str| item.data.get(key).cloned().unwrap_or_default();
                let family: Option<String> = serde_json::from_value(of("family")).unwrap_or_default();
                let deletion = Deletion {
                    reason: None,
                    by: row.actor.clone(),
                    policy: if family.is_none() { text("policy") } else { None },
                    family,
                    reasons: serde_json::from_value(of("reasons")).unwrap_or_default(),
                    report: text("report"),
                };
                self.delete(&found, &deletion)
            }
            JobKind::Restore => self.restore(&found),
            JobKind::Purge => self.purge(&found),
        };
        match (done, row.kind) {
            (Ok(true), _) => Ok(String::new()),
            (Ok(false), JobKind::Restore) => Ok("not_deleted".to_owned()),
            (Ok(false), JobKind::Delete) => Ok("already_deleted".to_owned()),
            (Ok(false), JobKind::Purge) => Ok("not_in_the_trash".to_owned()),
            (Err(error), _) if error.kind() == Kind::Conflict => Ok(error.message().to_owned()),
            (Err(error), _) => Err(error),
        }
    }
}
