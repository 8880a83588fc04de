//! Graphs as text for programs that draw them.

use std::fmt::Write;

use super::Graph;
use crate::base::visible::clean;
use crate::manifest::{LinkInput, NodeRow};
use crate::model::artifact::Status;

/// A Mermaid flowchart, inputs on the left.
pub fn mermaid(graph: &Graph) -> String {
    let mut text = String::from("flowchart LR\n");
    for (number, node) in graph.nodes.iter().enumerate() {
        let lines = lines(node).map(|line| escaped(&line, |c| format!("#{};", u32::from(c))));
        writeln!(text, "    n{number}[\"{}\"]", lines.join("<br/>")).expect("memory");
    }
    for (number, id) in graph.reached.missing.iter().enumerate() {
        writeln!(text, "    m{number}[/\"{id}<br/>missing\"/]").expect("memory");
    }
    for (input, output, relation) in edges(graph) {
        writeln!(text, "    {input} -->|{relation}| {output}").expect("memory");
    }
    text
}

/// A graph in Graphviz's language, inputs on the left.
pub fn dot(graph: &Graph) -> String {
    let mut text = String::from("digraph lineage {\n    rankdir=LR;\n    node [shape=box];\n");
    for (number, node) in graph.nodes.iter().enumerate() {
        let lines = lines(node).map(|line| escaped(&line, |c| format!("\\{c}")));
        let style = if node.status == Status::Active { "" } else { ", color=gray, fontcolor=gray" };
        writeln!(text, "    n{number} [label=\"{}\"{style}];", lines.join("\\n")).expect("memory");
    }
    for (number, id) in graph.reached.missing.iter().enumerate() {
        writeln!(text, "    m{number} [label=\"{id}\\nmissing\", style=dashed];").expect("memory");
    }
    for (input, output, relation) in edges(graph) {
        writeln!(text, "    {input} -> {output} [label=\"{relation}\"];").expect("memory");
    }
    text + "}\n"
}

/// What stands in the box of an artifact.
fn lines(node: &NodeRow) -> [String; 3] {
    let status = match node.status {
        Status::Active => "",
        Status::Superseded => ", superseded",
        Status::Tombstoned => ", deleted",
    };
    let key = format!("{} v{}{status}", node.logical_key, node.version);
    [node.artifact_type.clone(), key, node.artifact_id.to_string()]
}

/// Relations and ids need no escapes: they are names.
fn edges(graph: &Graph) -> impl Iterator<Item = (String, String, &str)> {
    graph.reached.edges.iter().map(|edge| {
        let input = match edge.input {
            LinkInput::There(input) => format!("n{input}"),
            LinkInput::Missing(input) => format!("m{input}"),
        };
        (input, format!("n{}", edge.output), graph.reached.relations[edge.relation as usize].as_str())
    })
}

/// A text in which marks that mean something to the drawing program are escaped.
fn escaped(text: &str, escape: impl Fn(char) -> String) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in clean(text).chars() {
        match character {
            '"' | '\\' | '<' | '>' | '{' | '}' | '|' | '&' | '#' | ';' | '`' => escaped += &escape(character),
            _ => escaped.push(character),
        }
    }
    escaped
}
