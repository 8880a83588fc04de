//! Verifying a store: everything that its files promise each other is looked at; what is wrong is looked at twice before
//! it counts, because others publish meanwhile, and what a repair mended is looked at once more.

mod bytes;
mod datasets;
mod in_place;
mod leftovers;
mod lineage;
mod places;
mod records;
mod repair;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Store;
use crate::model::finding::{Check, Code, Counts, Finding, Severity};
use crate::model::{Error, Hash, Kind, Result, Watch};
use crate::store::reader::View;

/// What is to be verified.
#[derive(Debug, Clone)]
pub struct Verification {
    /// The checks.
    pub checks: BTreeSet<Check>,
    /// Which part of the bytes is read, and of how many: the first is 1. The other checks are always whole.
    pub sample: Option<(u64, u64)>,
    /// Whether what can be proven is to be mended, and the rest moved to quarantine.
    pub repair: bool,
}

/// What a verification found.
#[derive(Debug, Default)]
pub struct Verified {
    /// How much was looked at.
    pub counts: Counts,
    /// What was found, check by check.
    pub findings: Vec<Finding>,
}

impl Store {
    /// Verifies the store. Without repair nothing is changed.
    pub fn verify(self: &Arc<Self>, wanted: &Verification, watch: &dyn Watch) -> Result<Verified> {
        if let Some(reason) = self.read_only_reason().filter(|_| wanted.repair) {
            return Err(
                Error::read_only(format!("nothing can be repaired: {reason}")).hint("leave repair out to look only")
            );
        }
        let Verified { counts, findings: suspects } = self.pass(wanted, &wanted.checks, None, watch)?;
        let mut findings = self.still_there(wanted, &suspects, watch)?;
        if wanted.repair && !findings.is_empty() {
            let moved = self.repair(&findings, watch)?;
            let left = self.look_again(wanted, &findings, watch)?;
            for (finding, aside) in findings.iter_mut().zip(moved) {
                let mended = !left.iter().any(|other| other.is_same(finding));
                match aside {
                    repair::Moved::Lost(aside) => finding.quarantined_to = Some(aside),
                    repair::Moved::Replaced(aside) if mended => {
                        finding.severity = Severity::Repaired;
                        finding.hint = None;
                        finding.quarantined_to = aside;
                    }
                    repair::Moved::Failed(reason) if !mended => {
                        finding.hint = Some(format!("its repair failed: {reason}"));
                    }
                    repair::Moved::Replaced(_) | repair::Moved::Failed(_) => {}
                }
            }
        }
        findings.sort();
        findings.dedup_by(|one, other| one.is_same(other));
        Ok(Verified { counts, findings })
    }

    fn still_there(
        self: &Arc<Self>,
        wanted: &Verification,
        found: &[Finding],
        watch: &dyn Watch,
    ) -> Result<Vec<Finding>> {
        let again = self.look_again(wanted, found, watch)?;
        Ok(again.into_iter().filter(|finding| found.iter().any(|before| before.is_same(finding))).collect())
    }

    /// Does the checks again that found something, but reads only the bytes that were wrong.
    fn look_again(
        self: &Arc<Self>,
        wanted: &Verification,
        found: &[Finding],
        watch: &dyn Watch,
    ) -> Result<Vec<Finding>> {
        let checks: BTreeSet<Check> = found.iter().map(|finding| finding.check).collect();
        let suspects = found.iter().filter(|finding| matches!(finding.check, Check::Hash | Check::InPlace));
        let suspects: BTreeSet<String> = suspects.filter_map(|finding| finding.path.clone()).collect();
        Ok(self.pass(wanted, &checks, Some(&suspects), watch)?.findings)
    }

    fn pass(
        self: &Arc<Self>,
        wanted: &Verification,
        checks: &BTreeSet<Check>,
        suspects: Option<&BTreeSet<String>>,
        watch: &dyn Watch,
    ) -> Result<Verified> {
        if checks.is_empty() {
            return Ok(Verified::default());
        }
        let reader = self.read()?;
        watch.viewed();
        let mut pass =
            Pass { store: self, checks, sample: wanted.sample, suspects, watch, verified: Verified::default() };
        pass.counts().artifacts.0 = reader.manifest().artifact_count().unwrap_or_default();
        let mut to_read = Vec::new();
        if pass.wants(&[Check::Hash, Check::Objects]) {
            let check = if checks.contains(&Check::Objects) { Check::Objects } else { Check::Hash };
            pass.guarded(check, |pass| pass.objects(&reader, &mut to_read))?;
        }
        if pass.wants(&[Check::Hash, Check::Names]) {
            let check = if checks.contains(&Check::Names) { Check::Names } else { Check::Hash };
            pass.guarded(check, |pass| pass.names(&reader, &mut to_read))?;
        }
        let mut doubtful = Vec::new();
        if pass.wants(&[Check::InPlace]) {
            pass.guarded(Check::InPlace, |pass| pass.in_place(&reader, &mut doubtful))?;
        }
        if pass.wants(&[Check::History]) {
            pass.guarded(Check::History, |pass| pass.history(reader.manifest()))?;
        }
        if pass.wants(&[Check::Lineage]) {
            pass.guarded(Check::Lineage, |pass| pass.lineage(&reader))?;
        }
        if pass.wants(&[Check::Datasets]) {
            pass.guarded(Check::Datasets, |pass| pass.datasets(&reader))?;
        }
        if pass.wants(&[Check::Sidecars, Check::Manifest]) {
            let check = if checks.contains(&Check::Manifest) { Check::Manifest } else { Check::Sidecars };
            pass.guarded(check, |pass| pass.records(&reader))?;
        }
        if pass.wants(&[Check::Staging]) {
            pass.guarded(Check::Staging, Pass::leftovers)?;
        }
        // Reading the bytes may take hours, during which nobody's log has to be kept for this view.
        drop(reader);
        if pass.wants(&[Check::Hash]) {
            pass.guarded(Check::Hash, |pass| pass.read_all(to_read))?;
        }
        pass.guarded(Check::InPlace, |pass| pass.read_all(doubtful))?;
        let mut verified = pass.verified;
        verified.findings.sort();
        Ok(verified)
    }
}

/// One look at the store.
struct Pass<'a> {
    store: &'a Arc<Store>,
    checks: &'a BTreeSet<Check>,
    sample: Option<(u64, u64)>,
    /// The only files whose bytes are to be read, where not all are.
    suspects: Option<&'a BTreeSet<String>>,
    watch: &'a dyn Watch,
    verified: Verified,
}

impl Pass<'_> {
    fn wants(&self, checks: &[Check]) -> bool {
        checks.iter().any(|check| self.checks.contains(check))
    }

    fn counts(&mut self) -> &mut Counts {
        &mut self.verified.counts
    }

    /// Notes a finding, if its check was asked for.
    fn found(&mut self, finding: Finding) {
        if self.checks.contains(&finding.check) {
            self.verified.findings.push(finding);
        }
    }

    /// Does a check to its end; what can't be read on the way is a finding too.
    fn guarded(&mut self, check: Check, work: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        match work(self) {
            Err(error) => {
                let finding = unreadable(check, error)?;
                self.found(finding);
                Ok(())
            }
            done => done,
        }
    }

    /// Whether an object belongs to the part that is looked at.
    fn samples(&self, hash: &Hash) -> bool {
        self.sample.is_none_or(|(part, parts)| {
            let prefix = u64::from_be_bytes(hash.0[..8].try_into().expect("eight of 32 bytes"));
            prefix % parts == part - 1
        })
    }
}

/// A failure as a finding, unless it says nothing about the store.
fn unreadable(check: Check, error: Error) -> Result<Finding> {
    match error.kind() {
        Kind::Cancelled | Kind::Busy | Kind::NoSpace | Kind::ReadOnly => Err(error),
        _ => Ok(Finding::error(check, Code::Unreadable, error.message())),
    }
}
