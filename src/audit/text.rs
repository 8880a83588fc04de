//! A report for people: as plain text, and as Markdown.

use std::fmt::Write;

use super::Findings;
use crate::base::visible::clean;
use crate::model::artifact::Status;
use crate::model::audit::{Audited, Provenance, Severity, Totals};

/// How many roots of an artifact are named.
const ROOTS_SHOWN: usize = 20;

/// The report as plain text.
pub fn text(findings: &Findings, generated_at: &str) -> String {
    let mut text = format!("Audit of {} at {generated_at}\n", count(findings.totals.artifacts.0, "artifact"));
    for audited in &findings.artifacts {
        write!(text, "\n{}  {}\n", audited.artifact_id, audited.status.word()).expect("memory");
        for (name, value) in facts(audited) {
            writeln!(text, "  {name:<10}  {}", clean(&value)).expect("memory");
        }
        for root in shown_roots(audited) {
            writeln!(text, "  {:<10}  {}", "root", clean(&root)).expect("memory");
        }
        for issue in &audited.issues {
            let severity = if issue.severity == Severity::Error { "error" } else { "warning" };
            writeln!(text, "  {severity:<10}  {}: {}", issue.name.word(), clean(&issue.message)).expect("memory");
        }
    }
    write!(text, "\n{}\n", summary(&findings.totals)).expect("memory");
    text
}

/// The report as Markdown.
pub fn markdown(findings: &Findings, generated_at: &str) -> String {
    let mut text = format!("# Audit\n\n{generated_at}: {}\n", summary(&findings.totals));
    text += "\n| artifact | type | status | ancestors | edges | roots | hash |\n|---|---|---|--:|--:|--:|---|\n";
    for audited in &findings.artifacts {
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} |",
            audited.artifact_id,
            audited.artifact_type.as_deref().unwrap_or(""),
            marked(audited.status.word()),
            audited.ancestor_count.0,
            audited.edge_count.0,
            audited.root_count.0,
            match audited.hash_verified {
                Some(true) => "verified",
                Some(false) => "**failed**",
                None => "",
            }
        )
        .expect("memory");
    }
    for audited in findings.artifacts.iter().filter(|audited| audited.artifact_type.is_some()) {
        write!(text, "\n## {}\n\n", audited.artifact_id).expect("memory");
        for (name, value) in facts(audited) {
            writeln!(text, "- {name}: {}", marked(&value)).expect("memory");
        }
        for root in shown_roots(audited) {
            writeln!(text, "- root: {}", marked(&root)).expect("memory");
        }
    }
    let issues = findings.artifacts.iter().flat_map(|audited| audited.issues.iter().map(move |issue| (audited, issue)));
    let issues: Vec<_> = issues.collect();
    if !issues.is_empty() {
        text += "\n## Issues\n\n";
    }
    for (audited, issue) in issues {
        let name = marked(issue.name.word());
        writeln!(text, "- {}: **{name}**, {}", audited.artifact_id, marked(&issue.message)).expect("memory");
    }
    text
}

/// What is known of an artifact, line by line.
fn facts(audited: &Audited) -> Vec<(&'static str, String)> {
    let (Some(artifact_type), Some(key), Some(version)) =
        (&audited.artifact_type, &audited.logical_key, audited.version)
    else {
        return Vec::new();
    };
    let status = match audited.artifact_status {
        Some(Status::Superseded) => ", superseded",
        Some(Status::Tombstoned) => ", deleted",
        _ => "",
    };
    let mut facts = vec![("what", format!("{artifact_type}, {key} v{version}{status}"))];
    if !audited.roles.is_empty() {
        facts.push(("roles", audited.roles.join(", ")));
    }
    let created_at = audited.created_at.as_deref().unwrap_or_default();
    let by = audited.provenance.as_ref().map(provenance).unwrap_or_default();
    facts.push(("published", format!("{created_at}{by}")));
    if let Some(params) = audited.provenance.as_ref().map(|provenance| &provenance.params).filter(|map| !map.is_empty())
    {
        facts.push(("params", serde_json::to_string(params).expect("plain data")));
    }
    if let (Some(hash), Some(size)) = (audited.content_hash, audited.size_bytes) {
        let verified = match audited.hash_verified {
            Some(true) => ", hash verified",
            Some(false) => ", hash not verified",
            None => "",
        };
        facts.push(("content", format!("{hash}, {}{verified}", count(size.0, "byte"))));
    }
    let beyond = if audited.cut { ", and more beyond maxDepth" } else { "" };
    let types = match audited.ancestor_types.as_slice() {
        [] => String::new(),
        types => format!(" ({})", types.join(", ")),
    };
    facts.push((
        "lineage",
        format!(
            "{}{types}, {}, {}{beyond}",
            count(audited.ancestor_count.0, "ancestor"),
            count(audited.edge_count.0, "edge"),
            count(audited.root_count.0, "root"),
        ),
    ));
    facts
}

fn provenance(provenance: &Provenance) -> String {
    let mut parts = Vec::new();
    if let Some(writer) = &provenance.writer {
        let words: Vec<&str> = [&writer.name, &writer.version].into_iter().flatten().map(String::as_str).collect();
        if !words.is_empty() {
            parts.push(format!("by {}", words.join(" ")));
        }
    }
    parts.extend(provenance.run_id.as_ref().map(|run| format!("in run {run}")));
    if let Some(git) = &provenance.git {
        let commit = git.commit.as_ref().map(|commit| format!("git {commit}"));
        let dirty = (git.dirty == Some(true)).then(|| "uncommitted changes".to_owned());
        parts.extend([commit, dirty].into_iter().flatten());
    }
    parts.extend(provenance.source.as_ref().map(|source| format!("from {source}")));
    parts.into_iter().map(|part| format!(", {part}")).collect()
}

fn shown_roots(audited: &Audited) -> Vec<String> {
    let Some(roots) = &audited.roots else { return Vec::new() };
    let mut shown: Vec<String> = roots
        .iter()
        .take(ROOTS_SHOWN)
        .map(|root| match root.roles.as_slice() {
            [] => format!("{}, {}", root.artifact_id, root.artifact_type),
            roles => format!("{}, {}, {}", root.artifact_id, root.artifact_type, roles.join(" ")),
        })
        .collect();
    if roots.len() > ROOTS_SHOWN {
        shown.push(format!("and {} more", roots.len() - ROOTS_SHOWN));
    }
    shown
}

fn summary(totals: &Totals) -> String {
    let mut parts = vec![format!("{} ok", totals.ok.0)];
    if totals.warnings.0 > 0 {
        parts.push(format!("{} with warnings", totals.warnings.0));
    }
    if totals.errors.0 > 0 {
        parts.push(format!("{} with errors", totals.errors.0));
    }
    let mut summary = format!("{}: {}", count(totals.artifacts.0, "artifact"), parts.join(", "));
    if totals.objects_verified.0 > 0 {
        let (objects, bytes) = (totals.objects_verified.0, totals.bytes_verified.0);
        summary += &format!("; {} verified, {}", count(objects, "object"), count(bytes, "byte"));
    }
    summary
}

fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Text as it stands, whatever Markdown makes of some of its characters.
fn marked(text: &str) -> String {
    let mut marked = String::with_capacity(text.len());
    for character in clean(text).chars() {
        if character.is_ascii_punctuation() && !matches!(character, ',' | ':' | '.' | '/' | '-' | '(' | ')' | '\'') {
            marked.push('\\');
        }
        marked.push(character);
    }
    marked
}
