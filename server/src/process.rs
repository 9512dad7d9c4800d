//! What the kernel knows of this process, under the names that all exporters use.
//!
//! Read from `/proc`; where there is none, there are no such figures.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::exposition::Exposition;

/// Writes memory, open files and when the process started.
pub(crate) fn write(out: &mut Exposition, started: SystemTime) {
    if let Some((resident, virtual_bytes)) = memory() {
        let name = "process_resident_memory_bytes";
        out.single(
            name,
            "gauge",
            "Memory in use, mapped files included.",
            resident,
        );
        let name = "process_virtual_memory_bytes";
        out.single(name, "gauge", "Address space in use.", virtual_bytes);
    }
    if let Ok(files) = fs::read_dir("/proc/self/fd") {
        out.single("process_open_fds", "gauge", "Open files.", files.count());
    }
    if let Some(most) = crate::run::allowed_descriptors() {
        out.single("process_max_fds", "gauge", "Files that may be open.", most);
    }
    let since = started.duration_since(UNIX_EPOCH).unwrap_or_default();
    let name = "process_start_time_seconds";
    out.single(name, "gauge", "When the process started.", since.as_secs());
}

/// Resident and virtual memory in bytes.
fn memory() -> Option<(u64, u64)> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    Some((kilobytes("VmRSS:")? * 1024, kilobytes("VmSize:")? * 1024))
}
