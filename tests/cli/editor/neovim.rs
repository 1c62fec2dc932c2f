//! A real editor.

use crate::support::Project;

#[test]
fn neovim_shows_findings_completes_renames_and_formats() {
    let there = std::process::Command::new("nvim").arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("skipped: nvim is not installed");
        return;
    }
    let project = Project::by_hand().file("session.lua", include_str!("../support/neovim.lua"));
    let output = std::process::Command::new("nvim")
        .args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", "luafile session.lua"])
        .env("JOBWRIGHT", env!("CARGO_BIN_EXE_jobwright"))
        .env("XDG_STATE_HOME", project.path("state"))
        .env("XDG_CACHE_HOME", project.path("state"))
        .env("XDG_DATA_HOME", project.path("state"))
        .current_dir(project.path(""))
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    insta::assert_snapshot!(project.read("transcript.txt"), @r#"
    a dependency on nothing: there is no task `Wrong_Complete_Prepare_HR`
    it is right again: 0 such findings
    connections to choose from: 8
    DirectoryAccounts is now Accounts in 2 files
    formatted
    "#);
}
