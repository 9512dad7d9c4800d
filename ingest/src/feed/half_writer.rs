//! Writing a half file, which gets its name from its content.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::{FeedError, FeedFolder, Half, boot, io_error};

/// Bytes of a half file that are hashed and written at once: hashing line by line takes several times as long.
const BLOCK_BYTES: usize = 256 << 10;

type Writer = JoinHandle<std::io::Result<(File, blake3::Hash)>>;

/// Blocks that may wait to be hashed and written.
const BLOCKS_WAITING: usize = 8;

/// Writes a half file, which gets its name from its content. Hashing and writing go on beside the one who has the lines.
pub(super) struct HalfWriter {
    path: PathBuf,
    /// None once all were sent.
    blocks: Option<SyncSender<Vec<u8>>>,
    /// Blocks that were written, to be filled again: memory that is new has to be cleared first.
    emptied: Receiver<Vec<u8>>,
    /// None once it was joined.
    writer: Option<Writer>,
    block: Vec<u8>,
}

impl HalfWriter {
    /// Begins a file of its own for each `name`, which two that are written at once may not share.
    pub(super) fn create(folder: &FeedFolder, name: &str) -> Result<Self, FeedError> {
        let path = folder.path.join(format!("{name}.part"));
        let file = File::create(&path).map_err(io_error(&path))?;
        let (blocks, waiting) = sync_channel(BLOCKS_WAITING);
        // As many as there can be on the way, so that nobody waits to give one back.
        let (to_fill, emptied) = sync_channel(BLOCKS_WAITING + 2);
        let writer = std::thread::Builder::new()
            .name("half".to_owned())
            .spawn(move || write_blocks(file, waiting, &to_fill))
            .map_err(io_error(&path))?;
        Ok(Self {
            path,
            blocks: Some(blocks),
            emptied,
            writer: Some(writer),
            block: Vec::with_capacity(BLOCK_BYTES),
        })
    }

    /// Writes lines, of which there may be a whole half: block by block, so that one is written while the next is made.
    pub(super) fn write(&mut self, mut lines: &[u8]) -> Result<(), FeedError> {
        while !lines.is_empty() {
            let (now, later) = lines.split_at(lines.len().min(self.room()));
            self.block.extend_from_slice(now);
            lines = later;
            self.pass_on()?;
        }
        Ok(())
    }

    /// Copies lines from where a file was read up to, at most so many bytes of them.
    pub(super) fn copy(
        &mut self,
        (from, path): (&mut File, &Path),
        bytes: u64,
    ) -> Result<(), FeedError> {
        let mut rest = from.take(bytes);
        loop {
            let mut next = rest.by_ref().take(self.room() as u64);
            if next.read_to_end(&mut self.block).map_err(io_error(path))? == 0 {
                return Ok(());
            }
            self.pass_on()?;
        }
    }

    /// Bytes that the block still takes.
    fn room(&self) -> usize {
        BLOCK_BYTES.saturating_sub(self.block.len())
    }

    /// Hands the block to the writer if it is full.
    fn pass_on(&mut self) -> Result<(), FeedError> {
        if self.room() > 0 {
            return Ok(());
        }
        let empty = self.emptied.try_recv();
        let empty = empty.unwrap_or_else(|_| Vec::with_capacity(BLOCK_BYTES));
        let block = std::mem::replace(&mut self.block, empty);
        if !self.sends(block) {
            // Only an error ends the writer early.
            joined(self.writer.take()).map_err(io_error(&self.path))?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self, folder: &FeedFolder, documents: u64) -> Result<Half, FeedError> {
        let (file, hash) = self.written()?;
        if boot::id().is_none() {
            file.sync_all().map_err(io_error(&self.path))?;
        }
        let hash = hash.to_hex().to_string();
        let half = Half { hash, documents };
        std::fs::rename(&self.path, folder.half_path(&half)).map_err(io_error(&self.path))?;
        Ok(half)
    }

    /// Gives what was written another name: it is no half after all.
    pub(super) fn set_aside(mut self, path: &Path) -> Result<(), FeedError> {
        self.written()?;
        std::fs::rename(&self.path, path).map_err(io_error(&self.path))
    }

    /// Waits until all is written.
    fn written(&mut self) -> Result<(File, blake3::Hash), FeedError> {
        // A writer that is gone has failed; its error comes out when it is joined.
        let last = std::mem::take(&mut self.block);
        self.sends(last);
        self.blocks = None;
        joined(self.writer.take()).map_err(io_error(&self.path))
    }

    /// Whether the writer still takes blocks.
    fn sends(&self, block: Vec<u8>) -> bool {
        let sent = self.blocks.as_ref().map(|blocks| blocks.send(block));
        sent.is_some_and(|sent| sent.is_ok())
    }
}

impl Drop for HalfWriter {
    fn drop(&mut self) {
        // Whoever writes the next half uses the same name: this one must be done with it.
        self.blocks = None;
        if self.writer.is_some() {
            let _ = joined(self.writer.take());
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// What the writer came to.
fn joined(writer: Option<Writer>) -> std::io::Result<(File, blake3::Hash)> {
    let ended = writer.map(JoinHandle::join);
    let Some(Ok(outcome)) = ended else {
        return Err(std::io::Error::other("the thread that writes it is gone"));
    };
    outcome
}

/// Hashes and writes blocks until there are no more.
fn write_blocks(
    mut file: File,
    blocks: Receiver<Vec<u8>>,
    to_fill: &SyncSender<Vec<u8>>,
) -> std::io::Result<(File, blake3::Hash)> {
    let mut hasher = blake3::Hasher::new();
    for mut block in blocks {
        hasher.update(&block);
        file.write_all(&block)?;
        block.clear();
        let _ = to_fill.try_send(block);
    }
    Ok((file, hasher.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::tests::folder;

    #[test]
    fn a_half_is_what_was_written_however_it_is_cut() {
        let (_state, folder) = folder();
        let most = 3 * BLOCK_BYTES + 17;
        let bytes: Vec<u8> = (0..=250).cycle().take(most).collect();
        for piece in [1000, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, most] {
            let mut writer = HalfWriter::create(&folder, "half").unwrap();
            for lines in bytes.chunks(piece) {
                writer.write(lines).unwrap();
            }
            let half = writer.finish(&folder, 1).unwrap();
            assert_eq!(half.hash, blake3::hash(&bytes).to_hex().as_str());
            let written = std::fs::read(folder.half_path(&half)).unwrap();
            assert!(written == bytes, "pieces of {piece} bytes");
            std::fs::remove_file(folder.half_path(&half)).unwrap();
        }
    }
}
