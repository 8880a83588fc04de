//! `keepstone run` and `keepstone runs`: what is recorded of a command, however it ends.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use keepstone::base::crash::POINTS;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::Desk;
use super::publishing::git;
use crate::schemas;
use crate::support::{ids, run};

/// A desk with a store.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.says(&["init"]);
    desk
}

/// `keepstone run STAGE … -- sh -c SCRIPT`
fn shell<'a>(options: &[&'a str], script: &'a str) -> Vec<&'a str> {
    [&["run"], options, &["--", "sh", "-c", script]].concat()
}

/// The only run there is, with what it read and made.
#[track_caller]
fn only(desk: &Desk) -> Value {
    let runs = desk.json("list_runs", &["runs", "list", "--json"]);
    assert_eq!(runs.as_array().unwrap().len(), 1, "{runs}");
    desk.json("get_run", &["runs", "show", runs[0]["runId"].as_str().unwrap(), "--json"])
}

fn log(desk: &Desk, run: &Value, stream: &str) -> String {
    desk.says(&["cat", run[format!("{stream}ArtifactId")].as_str().unwrap()])
}

fn count(desk: &Desk) -> usize {
    desk.json("list_artifacts", &["list", "--json"]).as_array().unwrap().len()
}

/// Sets a program on the PATH of a command.
fn with_program(command: &mut Command, desk: &Desk, name: &str, script: &str) {
    let path = desk.write(&format!("bin/{name}"), format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
    let rest = std::env::var("PATH").unwrap();
    command.env("PATH", format!("{}:{rest}", desk.path("bin").display()));
}

/// A spawned `keepstone run` whose command has said its first line.
struct Live {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
}

impl Live {
    fn start(desk: &Desk, arguments: &[&str]) -> Self {
        let mut command = desk.command(arguments);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        // What the command writes is passed on while it runs.
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Self { child, stdout }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// The exit code, and what else it said.
    fn end(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (code, rest)
    }
}

#[test]
fn a_command_is_recorded_with_what_it_read_and_made() {
    let desk = desk();
    desk.text("raw", &["--type", "rain", "--key", "november"]);
    desk.text("config", &[]);
    let script = "cat; echo said; echo complained >&2; printf 'a,b\\n1,2\\n' > out.csv; mkdir -p site; echo x > site/a";
    let options = [
        "train_model",
        "--input",
        "rain:november",
        "--input",
        "config_from=config",
        "--output",
        "out.csv:table:november",
        "--output",
        "site",
        "--tag",
        "nightly",
        "--tag",
        "equation=E=mc^2",
        "--param",
        "epochs=20",
        "--param",
        "rate=fast",
        "--mlflow-run-id",
        "9a8b",
    ];
    let outcome = run(&mut desk.command(&shell(&options, script)), "piped\n");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "piped\nsaid\n"), "{}", outcome.stderr);
    let (complained, summary) = outcome.stderr.split_once('\n').unwrap();
    assert_eq!(complained, "complained");
    assert!(summary.starts_with("completed  ") && summary.contains("  train_model  "), "{summary}");
    assert!(summary.trim_end().ends_with("2 outputs"), "{summary}");

    let found = only(&desk);
    let expected = json!({
        "stage": "train_model", "runType": "model_training", "status": "completed", "exitCode": 0, "error": null,
        "command": ["sh", "-c", script], "workingDirectory": desk.path("").canonicalize().unwrap(),
        "params": {"epochs": 20, "rate": "fast"}, "tags": {"nightly": "", "equation": "E=mc^2"}, "git": null,
        "mlflowRunId": "9a8b", "inputArtifactIds": ["raw", "config"], "outputCount": 2, "cached": null,
        "dvcLockHash": null, "parentRunId": null, "tools": {"keepstone": env!("CARGO_PKG_VERSION")},
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(found[field], *value, "{field}");
    }
    assert!(!found["hostname"].as_str().unwrap().is_empty());
    assert!(found["durationSeconds"].as_f64().unwrap() >= 0.0);
    assert_eq!(
        (log(&desk, &found, "stdout"), log(&desk, &found, "stderr")),
        ("piped\nsaid\n".into(), "complained\n".into())
    );
    let told = |output: &Value| {
        let fields = ["artifactType", "logicalKey", "format", "runId"].map(|field| output[field].clone());
        json!(fields)
    };
    let outputs: Vec<Value> = found["outputs"].as_array().unwrap().iter().map(told).collect();
    let run_id = &found["runId"];
    assert_eq!(outputs, [json!(["table", "november", "table", run_id]), json!(["tree", "site", "tree", run_id])]);
    assert_eq!(ids(&found["inputs"]), ["raw", "config"]);
    let lineage = desk.json(
        "get_lineage",
        &["call", "get_lineage", &json!({"artifactId": found["outputs"][0]["artifactId"]}).to_string()],
    );
    let edges: Vec<[&Value; 2]> =
        lineage["edges"].as_array().unwrap().iter().map(|edge| [&edge["inputArtifactId"], &edge["relation"]]).collect();
    assert_eq!(edges, [[&json!("raw"), &json!("derived_from")], [&json!("config"), &json!("config_from")]]);
    let logs = desk.json("list_artifacts", &["list", "--type", "log", "--role", "metadata", "--json"]);
    assert_eq!(logs.as_array().unwrap().len(), 2);
    assert_eq!(logs[1]["logicalKey"], format!("{}/stdout", run_id.as_str().unwrap()));
    assert_eq!(logs[1]["mediaType"], "text/plain");
}

#[test]
fn json_on_standard_output_is_the_run_alone() {
    let desk = desk();
    let arguments = ["run", "a", "--json", "--", "sh", "-c", "echo said; echo id=$KEEPSTONE_RUN_ID"];
    let outcome = desk.typed(&arguments);
    assert_eq!(outcome.code, Some(0));
    let printed: Value = serde_json::from_str(&outcome.stdout).unwrap();
    schemas::check_reply("get_run", &printed);
    assert_eq!(printed, only(&desk));
    let id = printed["runId"].as_str().unwrap();
    assert_eq!(outcome.stderr, format!("said\nid={id}\n"));
    let quiet = desk.typed(&["run", "a", "--quiet", "--", "true"]);
    assert_eq!((quiet.code, quiet.stdout.as_str(), quiet.stderr.as_str()), (Some(0), "", ""));
}

#[test]
fn a_command_that_fails_publishes_nothing_but_its_log() {
    let desk = desk();
    let outcome = desk.typed(&shell(&["drc", "-o", "out.csv"], "echo a > out.csv; echo 2 violations >&2; exit 3"));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(3), ""));
    assert!(outcome.stderr.starts_with("2 violations\nfailed  "), "{}", outcome.stderr);
    assert!(outcome.stderr.trim_end().ends_with("exit code 3"), "{}", outcome.stderr);
    let found = only(&desk);
    let told = ["status", "exitCode", "outputs", "stdoutArtifactId"].map(|field| found[field].clone());
    assert_eq!(told, [json!("failed"), json!(3), json!([]), Value::Null]);
    assert_eq!(found["error"], json!({"message": "the command ended with exit code 3", "errorType": null}));
    assert_eq!((log(&desk, &found, "stderr"), count(&desk)), ("2 violations\n".to_owned(), 1));
}

#[test]
fn outputs_that_are_missing_or_unreadable_make_it_fail() {
    let desk = desk();
    let outcome = desk.typed(&shell(&["a", "-o", "there.txt", "-o", "gone.txt"], "echo 1 > there.txt"));
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.starts_with("error: the output gone.txt is missing after the command ended\nhint: "));
    let found = only(&desk);
    let told = ["status", "exitCode", "outputs"].map(|field| found[field].clone());
    assert_eq!(told, [json!("failed"), json!(0), json!([])]);
    assert_eq!(found["error"]["errorType"], "not_found");
    assert_eq!(count(&desk), 0);
    let outcome = desk.typed(&shell(&["b", "-o", "bad.csv"], "printf 'a,b\\n1\\n' > bad.csv"));
    assert_eq!(outcome.code, Some(1));
    let runs = desk.json("list_runs", &["runs", "list", "--stage", "b", "--json"]);
    assert_eq!((&runs[0]["status"], &runs[0]["error"]["errorType"]), (&json!("failed"), &json!("invalid_data")));
    assert!(runs[0]["error"]["message"].as_str().unwrap().contains("row 1"), "{runs}");
}

#[test]
fn what_is_there_already_counts_as_output_all_the_same() {
    let desk = desk();
    for stage in ["first", "second"] {
        desk.typed(&shell(&[stage, "-q", "-o", "a.txt:note:a"], "echo same > a.txt"));
    }
    let runs = desk.json("list_runs", &["runs", "list", "--json"]);
    let made: Vec<Value> = runs
        .as_array()
        .unwrap()
        .iter()
        .map(|run| desk.json("get_run", &["runs", "show", run["runId"].as_str().unwrap(), "--json"])["outputs"].clone())
        .collect();
    assert_eq!((count(&desk), made[0].as_array().unwrap().len()), (1, 1));
    assert_eq!(made[0], made[1]);
}

#[test]
fn a_command_that_cant_be_started_failed() {
    let desk = desk();
    let plain = desk.write("plain", "text");
    for (program, code) in [("no-such-program", 127), (plain.to_str().unwrap(), 126)] {
        let (found, complaint) = desk.fails(&["run", "a", "--quiet", "--", program]);
        assert_eq!(found, code, "{complaint}");
        assert!(complaint.starts_with(&format!("error: {program} can't be started: ")), "{complaint}");
    }
    let runs = desk.json("list_runs", &["runs", "list", "--status", "failed", "--json"]);
    assert_eq!(runs.as_array().unwrap().len(), 2);
    assert!(runs.as_array().unwrap().iter().all(|run| run["exitCode"].is_null() && run["error"].is_object()));
}

#[test]
fn a_signal_that_ends_the_command_is_told() {
    let desk = desk();
    let outcome = desk.typed(&shell(&["a", "-o", "a.txt"], "echo 1 > a.txt; echo dying; kill -9 $$"));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(137), "dying\n"));
    let found = only(&desk);
    let told = ["status", "exitCode", "outputs"].map(|field| found[field].clone());
    assert_eq!(told, [json!("killed"), json!(137), json!([])]);
    assert_eq!(found["error"]["message"], "the command was ended by SIGKILL");
    assert_eq!(log(&desk, &found, "stdout"), "dying\n");
}

#[test]
fn signals_reach_the_command_and_the_run_is_recorded() {
    let wait = "echo ready; while :; do sleep 0.05; done";
    for (signal, trap, code, message) in [
        (Signal::TERM, "", 143, "the command was ended by SIGTERM"),
        (Signal::INT, "", 130, "the command was ended by SIGINT"),
        (Signal::TERM, "trap 'echo cleaned; exit 7' TERM; ", 7, "the command ended with exit code 7 after SIGTERM"),
    ] {
        let desk = desk();
        let script = format!("{trap}{wait}");
        let live = Live::start(&desk, &shell(&["a", "-o", "a.txt"], &script));
        assert_eq!(only(&desk)["status"], "running");
        live.signal(signal);
        let (found, rest) = live.end();
        assert_eq!((found, rest.as_str()), (Some(code), if trap.is_empty() { "" } else { "cleaned\n" }));
        let found = only(&desk);
        let told = ["status", "exitCode", "outputs"].map(|field| found[field].clone());
        assert_eq!(told, [json!("killed"), json!(code), json!([])]);
        assert_eq!(found["error"]["message"], message);
    }
}

#[test]
fn killed_itself_it_leaves_a_run_that_is_running_and_nothing_half() {
    let desk = desk();
    let script = "echo ready; exec sleep 30";
    let live = Live::start(&desk, &shell(&["a", "-o", "a.txt"], script));
    live.signal(Signal::KILL);
    assert_eq!(live.end().0, None);
    let found = only(&desk);
    assert_eq!(
        (&found["status"], &found["outputs"], &found["finishedAt"]),
        (&json!("running"), &json!([]), &Value::Null)
    );
    assert_eq!(count(&desk), 0);
    assert!(crate::support::files_below(&desk.store().join("staging")).is_empty());
    let run_id = found["runId"].as_str().unwrap();
    let end = json!({"runId": run_id, "status": "killed"}).to_string();
    assert_eq!(desk.json("finish_run", &["call", "finish_run", &end])["status"], "killed");
}

#[test]
fn killed_at_any_point_it_leaves_a_whole_store() {
    for point in POINTS {
        // The first passing of a commit is the start's, the second the output's or the log's.
        let desk = desk();
        let mut command = desk.command(&shell(&["a", "-q", "-o", "a.txt:note:a"], "echo said; echo 1 > a.txt"));
        let outcome = run(command.env("KEEPSTONE_CRASH_AT", format!("{point}:2")), "");
        if outcome.code == Some(0) {
            continue;
        }
        assert_eq!((outcome.code, outcome.stderr.as_str()), (None, ""), "{point}");
        let runs = desk.json("list_runs", &["runs", "list", "--json"]);
        assert!(runs.as_array().unwrap().len() <= 1, "{point}: {runs}");
        let artifacts = desk.json("list_artifacts", &["list", "--json"]);
        for artifact in artifacts.as_array().unwrap() {
            let path = artifact["path"].as_str().unwrap();
            assert!(std::path::Path::new(path).is_file(), "{point}: {path}");
            assert_eq!(artifact["runId"], runs[0]["runId"], "{point}");
        }
        if runs == json!([]) {
            assert_eq!(artifacts, json!([]), "{point}");
            continue;
        }
        assert_eq!(runs[0]["status"], "running", "{point}");
        let rebuilt = desk.json("rebuild_manifest", &["call", "rebuild_manifest"]);
        for finding in rebuilt["findings"].as_array().unwrap() {
            assert!(finding.as_str().unwrap().ends_with("so they never committed"), "{point}: {finding}");
        }
        assert_eq!(desk.json("list_runs", &["runs", "list", "--json"]), runs, "{point}");
    }
}

#[test]
fn a_process_left_behind_keeps_nobody_waiting() {
    let desk = desk();
    let outcome = desk.typed(&shell(&["a"], "sleep 120 & echo $!; echo done"));
    let (pid, rest) = outcome.stdout.split_once('\n').unwrap();
    assert_eq!((outcome.code, rest), (Some(0), "done\n"));
    let pid = Pid::from_raw(pid.parse().unwrap()).unwrap();
    assert!(kill_process(pid, Signal::KILL).is_ok(), "it still ran");
}

#[test]
fn a_reader_that_goes_away_ends_the_command_as_it_would_without() {
    let desk = desk();
    let mut live = Live::start(&desk, &shell(&["a"], "echo ready; exec yes"));
    let mut piece = [0; 100];
    live.stdout.read_exact(&mut piece).unwrap();
    drop(live.stdout);
    assert_eq!(live.child.wait().unwrap().code(), Some(141));
    let found = only(&desk);
    assert_eq!(
        (&found["status"], &found["error"]["message"]),
        (&json!("killed"), &json!("the command was ended by SIGPIPE"))
    );
}

#[test]
fn much_output_passes_whole() {
    let desk = desk();
    // 12 MB in lines, and as much on the other end at the same time.
    let script = "seq 1 1600000 >&2 & seq 1 1600000; wait";
    let outcome = desk.typed(&shell(&["a", "-q"], script));
    assert_eq!((outcome.code, outcome.stdout.len()), (Some(0), outcome.stderr.len()));
    let found = only(&desk);
    let kept = |stream: &str| {
        let id = found[format!("{stream}ArtifactId")].as_str().unwrap();
        let artifact = desk.json("resolve", &["show", id, "--json"]);
        std::fs::read_to_string(artifact["path"].as_str().unwrap()).unwrap()
    };
    assert!(kept("stdout") == outcome.stdout && kept("stderr") == outcome.stderr);
    assert!(outcome.stdout.ends_with("\n1600000\n"));
    // The temporary files are gone.
    assert_eq!(crate::support::files_below(&desk.path("tmp")), [""; 0]);
}

#[test]
fn the_environment_is_stamped_without_secrets() {
    let desk = desk();
    let mut command = desk.command(&["run", "a", "--json", "--", "true"]);
    let set = [
        ("PYTHONHASHSEED", "7"),
        ("AWS_SECRET_ACCESS_KEY", "hunter2"),
        ("MLFLOW_TRACKING_URI", "https://ana:hunter2@ml.example/"),
        ("USER", "ana"),
        ("GITHUB_RUN_ID", "9"),
    ];
    for name in ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "PYTHONDONTWRITEBYTECODE"] {
        command.env_remove(name);
    }
    let outcome = run(command.envs(set), "");
    let found: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let stamped = json!({"PYTHONHASHSEED": "7", "MLFLOW_TRACKING_URI": "https://***@ml.example/"});
    assert_eq!((&found["environment"], &found["username"], &found["ciRunId"]), (&stamped, &json!("ana"), &json!("9")));
    let everywhere: Vec<u8> = crate::support::files_below(&desk.store())
        .iter()
        .flat_map(|name| std::fs::read(desk.store().join(name)).unwrap())
        .collect();
    assert!(!String::from_utf8_lossy(&everywhere).contains("hunter2"));
}

#[test]
fn the_checkout_is_recorded() {
    let desk = desk();
    git(&desk, &["init", "-q", "-b", "trunk"]);
    desk.write("code", "1");
    git(&desk, &["add", "code"]);
    git(&desk, &["commit", "-q", "-m", "one"]);
    let commit = git(&desk, &["rev-parse", "HEAD"]);
    let recorded = |script: &str| {
        desk.typed(&shell(&["a", "-q", "-o", "a.txt"], script));
        let runs = desk.json("list_runs", &["runs", "list", "--json"]);
        let id = runs[0]["runId"].as_str().unwrap();
        let found = desk.json("get_run", &["runs", "show", id, "--json"]);
        assert!(found["tools"]["git"].as_str().unwrap().starts_with(|first: char| first.is_ascii_digit()));
        (found["git"].clone(), found["outputs"][0]["git"].clone())
    };
    // As it was when the run began.
    assert_eq!(
        recorded("echo 1 > a.txt; echo 2 > code"),
        (json!({"commit": commit, "branch": "trunk", "dirty": false}), json!({"commit": commit, "dirty": false}))
    );
    git(&desk, &["checkout", "-q", "--detach"]);
    let (now, _) = recorded("echo 2 > a.txt");
    assert_eq!(now, json!({"commit": commit, "branch": null, "dirty": true}));
}

#[test]
fn a_dry_run_shows_what_would_be_recorded_and_runs_nothing() {
    let desk = desk();
    desk.text("raw", &[]);
    let before = desk.json("list_events", &["call", "list_events"]);
    let arguments =
        ["run", "train", "--dry-run", "-i", "raw", "-o", "a.csv:table:a", "--param", "n=1", "-t", "x", "--"];
    let command = ["touch", "made"];
    let shown = desk.says(&[&arguments[..], &command[..]].concat());
    assert!(shown.starts_with("would run\n  stage         train\n  type          model_training\n"), "{shown}");
    for line in ["command       touch made", "inputs        raw", "outputs       a.csv:table:a", "params        n=1"] {
        assert!(shown.contains(&format!("\n  {line}\n")), "{line}\n{shown}");
    }
    let json: Value =
        serde_json::from_str(&desk.says(&[&["run", "--json"], &arguments[1..], &command[..]].concat())).unwrap();
    assert_eq!((&json["mode"], &json["runType"]), (&json!("dry_run"), &json!("model_training")));
    assert_eq!(json["outputs"], json!([{"path": "a.csv", "artifactType": "table", "logicalKey": "a"}]));
    assert!(!desk.path("made").exists());
    assert_eq!(desk.json("list_events", &["call", "list_events"]), before);
}

#[test]
fn wrong_usage_runs_nothing() {
    let desk = desk();
    for arguments in [
        &["run", "a"][..],
        &["run", "a", "--force", "--", "touch", "made"],
        &["run", "a", "--output", ":t", "--", "touch", "made"],
        &["run", "a", "--output", "x:not a type", "--", "touch", "made"],
        &["run", "a", "--run-type", "a b", "--", "touch", "made"],
        &["run", "a", "--param", "x", "--", "touch", "made"],
        &["run", "", "--", "touch", "made"],
        &["run", "--", "touch", "made"],
    ] {
        let (code, complaint) = desk.fails(arguments);
        assert_eq!(code, 64, "{arguments:?}: {complaint}");
    }
    for (arguments, start) in [
        (&["run", "a", "-i", "nobody", "--", "touch", "made"][..], "error: artifact \"nobody\" was not found"),
        (&["runs", "show", "nobody"], "error: run \"nobody\" was not found"),
    ] {
        let (code, complaint) = desk.fails(arguments);
        assert!(code == 1 && complaint.starts_with(start), "{complaint}");
    }
    assert!(!desk.path("made").exists());
    assert_eq!(desk.json("list_runs", &["runs", "list", "--json"]), json!([]));
    let bare = Desk::new();
    let (code, complaint) = bare.fails(&["run", "a", "--", "touch", "made"]);
    assert!(code == 1 && complaint.contains("hint: make one with `keepstone init`"), "{complaint}");
    assert!(!bare.path("made").exists() && !bare.store().exists());
}

/// A DVC that says what the test wants, and keeps its arguments.
const DVC: &str = r#"if [ "$1" = --version ]; then echo 3.55.2; exit; fi
echo "$@" > arguments; echo "after $1" > dvc.lock; printf '%s' "$SAYS"; exit ${CODE:-0}"#;

#[test]
fn where_dvc_yaml_is_dvc_runs_the_stage() {
    let lock = "sha256:ef0b9f41bb9d06fad2d7a1abdce8f3d5ac2d16d40c6a0d52a3b3ec9d2ea6a5e2";
    for (says, code, options, cached) in [
        ("Running stage 'train':\n> python train.py\n", 0, &[][..], false),
        ("Stage 'train' didn't change, skipping\n", 0, &[], true),
        ("Data and pipelines are up to date.\n", 0, &["--force"], true),
        ("ERROR: failed to reproduce 'train'\n", 255, &[], false),
    ] {
        let desk = desk();
        desk.write("dvc.yaml", "stages: {}\n");
        let mut command = desk.command(&[&["run", "train", "--json"], options].concat());
        with_program(&mut command, &desk, "dvc", DVC);
        let outcome = run(command.env("SAYS", says).env("CODE", code.to_string()), "");
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(code), says));
        let found: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let asked = if options.is_empty() { "repro train" } else { "repro train --force" };
        assert_eq!(std::fs::read_to_string(desk.path("arguments")).unwrap().trim(), asked);
        assert_eq!(found["command"].as_array().unwrap()[0], "dvc");
        assert_eq!((&found["cached"], &found["tools"]["dvc"]), (&json!(cached), &json!("3.55.2")), "{says}");
        assert_eq!(found["dvcLockHash"].as_str().map(str::len), Some(lock.len()));
        assert_eq!(found["dvcLockHash"], keepstone::model::Hash::of(b"after repro\n").to_string());
        let failed = json!({"message": "the command ended with exit code 255", "errorType": "DVCError"});
        assert_eq!(found["error"], if code == 0 { Value::Null } else { failed });
    }
}

#[test]
fn dvc_is_asked_for_by_name() {
    let desk = desk();
    desk.write("dvc.yaml", "stages: {}\n");
    desk.write("dvc.lock", "before\n");
    let mut command = desk.command(&["run", "train"]);
    let outcome = run(command.env("PATH", desk.path("empty")), "");
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.starts_with("error: dvc was not found on the PATH"), "{}", outcome.stderr);
    assert_eq!(desk.json("list_runs", &["runs", "list", "--json"]), json!([]));
    let mut dry = desk.command(&["run", "train", "--dry-run", "--json", "-f"]);
    let shown: Value = serde_json::from_str(&run(dry.env("PATH", desk.path("empty")), "").stdout).unwrap();
    assert_eq!(shown["command"], json!(["dvc", "repro", "train", "--force"]));
    assert_eq!(shown["dvcLockHash"], keepstone::model::Hash::of(b"before\n").to_string());
    // A command of one's own comes before dvc.yaml.
    assert_eq!(desk.typed(&["run", "train", "-q", "--", "true"]).code, Some(0));
    assert_eq!(only(&desk)["dvcLockHash"], Value::Null);
}

#[test]
fn runs_are_listed_and_shown_for_people() {
    let desk = desk();
    let moment = super::long_ago();
    for (run_id, more) in [
        ("run-20260301T093000-5f2c81d4", json!({"stage": "train_model", "tags": {"env": "night"}})),
        ("run-20260301T093000-5f2c81ff", json!({"stage": "drc"})),
    ] {
        let mut params = json!({"runId": run_id, "startedAt": moment, "command": ["sh", "-c", "a b"]});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        desk.json("start_run", &["call", "start_run", &params.to_string()]);
    }
    let end = json!({"runId": "run-20260301T093000-5f2c81ff", "status": "failed", "exitCode": 2, "finishedAt": moment});
    desk.json("finish_run", &["call", "finish_run", &end.to_string()]);
    assert_eq!(
        desk.says(&["runs", "list"]),
        "\
ID        STAGE        TYPE            STATUS    TOOK  EXIT  OUTPUTS  AGE  TAGS
5f2c81d4  train_model  model_training  running                     0  5 d  env=night
5f2c81ff  drc          drc_validation  failed   0.0 s     2        0  5 d
Total 2 runs
"
    );
    let first = desk.says(&["runs", "ls", "--limit", "1"]);
    assert!(first.ends_with("Total 1 run, and there are older ones: --limit shows more\n"), "{first}");
    for (arguments, line) in [
        (["--status", "running"], "Total 1 run"),
        (["--tag", "env=day"], "Total 0 runs"),
        (["--since", "7d"], "Total 2 runs"),
        (["--since", "1d"], "Total 0 runs"),
    ] {
        let told = desk.says(&[&["runs", "list"], &arguments[..]].concat());
        assert!(told.trim_end().ends_with(line), "{arguments:?}: {told}");
    }
    for reference in ["5f2c81d4", "5F2C81D4", "run-20260301T093000-5f2c81d", "run-20260301T093000-5f2c81d4"] {
        let shown = desk.says(&["runs", "show", reference]);
        assert!(shown.starts_with("train_model\n  id            run-20260301T093000-5f2c81d4\n"), "{shown}");
        assert!(
            shown.contains("\n  command       sh -c 'a b'\n") && shown.contains("\n  status        running\n"),
            "{shown}"
        );
    }
    let (code, complaint) = desk.fails(&["runs", "show", "run-2026"]);
    assert!(code == 1 && complaint.starts_with("error: \"run-2026\" could mean several runs\nhint: "), "{complaint}");
    let (code, complaint) = desk.fails(&["runs", "list", "--status", "done"]);
    assert!(code == 64 && complaint.contains("status"), "{complaint}");
}
