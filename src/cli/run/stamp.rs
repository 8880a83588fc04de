//! What a run is stamped with: the environment that matters for repeating it, machine, user, container, build server.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::base::files;

/// The variables that are recorded, and no others: they may hold secrets.
const RECORDED: [&str; 9] = [
    "PYTHONHASHSEED",
    "PYTHONDONTWRITEBYTECODE",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "CUDA_VISIBLE_DEVICES",
    "TF_CPP_MIN_LOG_LEVEL",
    "TORCH_CUDA_ARCH_LIST",
    "MLFLOW_TRACKING_URI",
    "DVC_NO_ANALYTICS",
];

/// What the environment holds of the recorded variables.
pub(super) fn environment(variable: impl Fn(&str) -> Option<String>) -> BTreeMap<String, String> {
    let recorded = |name: &&str| Some(((*name).to_owned(), without_password(&variable(name)?)));
    RECORDED.iter().filter_map(recorded).collect()
}

/// An address without the user and password that may stand in it.
fn without_password(value: &str) -> String {
    let Some((scheme, rest)) = value.split_once("://") else { return value.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://***@{host}{}", &rest[end..]),
        None => value.to_owned(),
    }
}

/// The machine's name.
pub(super) fn hostname() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Who runs it.
pub(super) fn username(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    ["USER", "USERNAME", "LOGNAME"].into_iter().find_map(variable)
}

/// The container that this process runs in: the start of its id, or the name of a pod.
pub(super) fn container(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    if files::exists(Path::new("/.dockerenv")) {
        let groups = files::read_text(Path::new("/proc/self/cgroup")).unwrap_or_default();
        return Some(container_id(&groups).unwrap_or_else(|| "unknown-container".to_owned()));
    }
    variable("KUBERNETES_SERVICE_HOST")?;
    Some(variable("HOSTNAME").unwrap_or_else(|| "k8s-pod".to_owned()))
}

fn container_id(groups: &str) -> Option<String> {
    let is_id = |part: &&str| part.len() == 64 && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    groups.lines().find_map(|line| line.rsplit('/').find(is_id)).map(|id| id[..12].to_owned())
}

/// The job of the build server, and where to look at it.
pub(super) fn job(variable: impl Fn(&str) -> Option<String>) -> (Option<String>, Option<String>) {
    let id = variable("CI_JOB_ID").or_else(|| variable("GITHUB_RUN_ID"));
    let github = || {
        let part = |name| variable(name);
        Some(format!(
            "{}/{}/actions/runs/{}",
            part("GITHUB_SERVER_URL")?,
            part("GITHUB_REPOSITORY")?,
            part("GITHUB_RUN_ID")?
        ))
    };
    let url = variable("CI_JOB_URL").or_else(github);
    (id, url)
}

/// Which DVC is on the PATH; none without one.
pub(super) fn dvc() -> Option<String> {
    let output = Command::new("dvc").arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn among<'a>(set: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn only_what_is_on_the_list_is_recorded_and_no_password() {
        let set = [
            ("PYTHONHASHSEED", "0"),
            ("AWS_SECRET_ACCESS_KEY", "hidden"),
            ("MLFLOW_TRACKING_URI", "https://ana:hidden@ml.example:5000/a@b?c"),
            ("OMP_NUM_THREADS", ""),
        ];
        let expected = [
            ("MLFLOW_TRACKING_URI", "https://***@ml.example:5000/a@b?c"),
            ("OMP_NUM_THREADS", ""),
            ("PYTHONHASHSEED", "0"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(environment(among(&set)), BTreeMap::from(expected));
        assert_eq!(without_password("https://ml.example/x@y"), "https://ml.example/x@y");
        assert_eq!(without_password("sqlite:///mlruns.db"), "sqlite:///mlruns.db");
        assert_eq!(without_password("https://tok@en@ml.example"), "https://***@ml.example");
    }

    #[test]
    fn containers_are_told_by_their_group() {
        let id = "0123456789abcdef".repeat(4);
        let groups = format!("12:cpu:/a/b\n11:mem:/docker/{id}\n");
        assert_eq!(container_id(&groups).as_deref(), Some("0123456789ab"));
        assert_eq!(container_id("0::/\n"), None);
    }

    #[test]
    fn build_servers_are_known() {
        let gitlab = [("CI_JOB_ID", "7"), ("CI_JOB_URL", "https://ci.example/7")];
        assert_eq!(job(among(&gitlab)), (Some("7".into()), Some("https://ci.example/7".into())));
        let github =
            [("GITHUB_RUN_ID", "9"), ("GITHUB_SERVER_URL", "https://github.com"), ("GITHUB_REPOSITORY", "a/b")];
        assert_eq!(job(among(&github)), (Some("9".into()), Some("https://github.com/a/b/actions/runs/9".into())));
        assert_eq!(job(among(&[])), (None, None));
    }
}
