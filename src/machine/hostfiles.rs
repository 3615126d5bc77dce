//! The host's side of the host-file device: who obeys its commands, and which
//! directories it may touch.
//!
//! A *grant* is an open directory. Every path is resolved beneath one, by `cap-std`,
//! which walks it component by component and refuses whatever — `..`, an absolute
//! path, a symbolic link — would lead out. So a check and its use cannot be told
//! apart by anybody who exchanges directories in between.

use crate::bus::{FileAnswer, FileRequest};
use boards::hostfile as reg;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions};
use std::collections::BTreeMap;
use std::io::{self, Cursor, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use thiserror::Error;

/// What a grant cannot be.
#[derive(Debug, Error)]
#[error("cannot grant {}: {error}", path.display())]
pub struct GrantError {
    /// The directory.
    pub path: PathBuf,
    /// What the host says.
    pub error: io::Error,
}

struct Grant {
    /// The names by which it is known: as given, made absolute, and canonical.
    names: Vec<PathBuf>,
    directory: Dir,
    writable: bool,
}

enum Open {
    File { file: File, append: bool },
    Listing(Cursor<Vec<u8>>),
}

/// The host's files, as far as they are granted.
pub struct HostFiles {
    working: PathBuf,
    grants: Vec<Grant>,
    open: BTreeMap<u32, Open>,
    last_error: String,
}

/// Why a command failed: a status for the machine, and words.
struct Failure(u32, String);

type Outcome<T> = Result<T, Failure>;

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        let status = match error.kind() {
            ErrorKind::NotFound => reg::ERROR_NOT_FOUND,
            ErrorKind::AlreadyExists => reg::ERROR_EXISTS,
            ErrorKind::PermissionDenied if error.raw_os_error().is_none() => reg::ERROR_NOT_GRANTED,
            ErrorKind::PermissionDenied => reg::ERROR_PERMISSION,
            ErrorKind::ReadOnlyFilesystem => reg::ERROR_PERMISSION,
            ErrorKind::IsADirectory => reg::ERROR_DIRECTORY,
            ErrorKind::NotADirectory => reg::ERROR_NOT_DIRECTORY,
            ErrorKind::DirectoryNotEmpty => reg::ERROR_NOT_EMPTY,
            _ => reg::ERROR_OTHER,
        };
        Failure(status, error.to_string())
    }
}

/// Seconds from 1900 to 1970, the beginnings of Lisp's and Unix's time.
pub const UNIX_EPOCH_UNIVERSAL: u64 = 2_208_988_800;

impl HostFiles {
    /// No grants yet; relative paths begin at `working`.
    pub fn new(working: PathBuf) -> HostFiles {
        HostFiles {
            working,
            grants: Vec::new(),
            open: BTreeMap::new(),
            last_error: String::new(),
        }
    }

    /// Grants a directory, for reading, or for writing too.
    pub fn grant(&mut self, path: &Path, writable: bool) -> Result<(), GrantError> {
        let failed = |error| GrantError {
            path: path.into(),
            error,
        };
        let absolute = self.working.join(path);
        let directory = Dir::open_ambient_dir(&absolute, ambient_authority()).map_err(failed)?;
        let canonical = absolute.canonicalize().map_err(failed)?;
        let names = vec![tidy(&absolute), canonical];
        self.grants.push(Grant {
            names,
            directory,
            writable,
        });
        Ok(())
    }

    /// Obeys a command. The answer depends on the host; it is the gate's business
    /// that the machine sees it as an event.
    pub fn execute(&mut self, request: &FileRequest) -> FileAnswer {
        let mut answer = FileAnswer {
            handle: request.handle,
            count: request.count,
            position: request.position,
            ..FileAnswer::default()
        };
        if let Err(Failure(status, text)) = self.obey(request, &mut answer) {
            answer.error = status;
            answer.bytes.clear();
            self.last_error = text;
        }
        answer
    }

    fn obey(&mut self, request: &FileRequest, answer: &mut FileAnswer) -> Outcome<()> {
        match request.command {
            reg::COMMAND_OPEN => answer.handle = self.open(&request.bytes, request.flags)?,
            reg::COMMAND_CLOSE => {
                self.open.remove(&request.handle).ok_or_else(bad_handle)?;
            }
            reg::COMMAND_READ => {
                let length = request.count.min(reg::BUFFER_BYTES) as usize;
                answer.bytes = vec![0; length];
                let read = match self.opened(request.handle)? {
                    Open::File { file, .. } => read_fully(file, &mut answer.bytes)?,
                    Open::Listing(listing) => read_fully(listing, &mut answer.bytes)?,
                };
                answer.bytes.truncate(read);
                answer.count = read as u32;
            }
            reg::COMMAND_WRITE => {
                let Open::File { file, append } = self.opened(request.handle)? else {
                    return Err(bad_handle());
                };
                if *append {
                    file.seek(SeekFrom::End(0))?;
                }
                file.write_all(&request.bytes)?;
                answer.count = request.bytes.len() as u32;
            }
            reg::COMMAND_SEEK => {
                let to = SeekFrom::Start(request.position);
                match self.opened(request.handle)? {
                    Open::File { file, .. } => file.seek(to)?,
                    Open::Listing(listing) => listing.seek(to)?,
                };
            }
            reg::COMMAND_LENGTH => {
                answer.position = match self.opened(request.handle)? {
                    Open::File { file, .. } => file.metadata()?.len(),
                    Open::Listing(listing) => listing.get_ref().len() as u64,
                };
            }
            reg::COMMAND_SET_LENGTH => match self.opened(request.handle)? {
                Open::File { file, .. } => file.set_len(request.position)?,
                Open::Listing(_) => return Err(bad_handle()),
            },
            reg::COMMAND_FLUSH => match self.opened(request.handle)? {
                Open::File { file, .. } => file.sync_all()?,
                Open::Listing(_) => return Err(bad_handle()),
            },
            reg::COMMAND_PROBE => self.probe(&request.bytes, answer)?,
            reg::COMMAND_DELETE => {
                let (grant, path) = self.place(&request.bytes, true)?;
                grant.directory.remove_file(path)?;
            }
            reg::COMMAND_RENAME => {
                let separator = request.bytes.iter().position(|byte| *byte == 0);
                let separator = separator.ok_or_else(|| bad_path("there is only one"))?;
                let (from, to) = request.bytes.split_at(separator);
                let (from_grant, from) = self.place(from, true)?;
                let (to_grant, to) = self.place(&to[1..], true)?;
                from_grant.directory.rename(from, &to_grant.directory, to)?;
            }
            reg::COMMAND_LIST => {
                let listing = self.list(&request.bytes)?;
                answer.handle = self.keep(Open::Listing(Cursor::new(listing)))?;
            }
            reg::COMMAND_MAKE_DIRECTORY => {
                let (grant, path) = self.place(&request.bytes, true)?;
                grant.directory.create_dir(path)?;
            }
            reg::COMMAND_DELETE_DIRECTORY => {
                let (grant, path) = self.place(&request.bytes, true)?;
                grant.directory.remove_dir(path)?;
            }
            reg::COMMAND_ERROR_TEXT => tell(answer, &self.last_error),
            reg::COMMAND_DIRECTORY => match self.working.to_str() {
                Some(text) => tell(answer, text),
                None => return Err(bad_path("the working directory's name is not UTF-8")),
            },
            other => {
                let text = format!("the host-file device has no command {other}");
                return Err(Failure(reg::ERROR_COMMAND, text));
            }
        }
        Ok(())
    }

    fn opened(&mut self, handle: u32) -> Outcome<&mut Open> {
        self.open.get_mut(&handle).ok_or_else(bad_handle)
    }

    /// Gives an open file the lowest free handle, from 1.
    fn keep(&mut self, open: Open) -> Outcome<u32> {
        let free = (1..=reg::MAXIMUM_HANDLES).find(|handle| !self.open.contains_key(handle));
        let handle = free.ok_or_else(|| {
            let text = format!("{} files are open already", reg::MAXIMUM_HANDLES);
            Failure(reg::ERROR_TOO_MANY, text)
        })?;
        self.open.insert(handle, open);
        Ok(handle)
    }

    fn open(&mut self, path: &[u8], flags: u32) -> Outcome<u32> {
        let on = |bit: u32| flags & bit != 0;
        let writing = on(reg::OPEN_WRITE) || on(reg::OPEN_APPEND);
        let alters = on(reg::OPEN_CREATE | reg::OPEN_TRUNCATE);
        if !writing && (alters || !on(reg::OPEN_READ)) {
            let text = format!("open flags {flags:#x} make no sense");
            return Err(Failure(reg::ERROR_COMMAND, text));
        }
        let (grant, path) = self.place(path, writing)?;
        // Opening a fifo would wait for its other end, and nobody asked for a device.
        if let Ok(metadata) = grant.directory.metadata(&path) {
            if metadata.is_dir() {
                let text = format!("{} is a directory", path.display());
                return Err(Failure(reg::ERROR_DIRECTORY, text));
            }
            if !metadata.is_file() {
                let text = format!("{} is not an ordinary file", path.display());
                return Err(Failure(reg::ERROR_PERMISSION, text));
            }
        }
        let mut options = OpenOptions::new();
        options
            .read(on(reg::OPEN_READ))
            .write(writing)
            .create(on(reg::OPEN_CREATE))
            .create_new(on(reg::OPEN_CREATE) && on(reg::OPEN_EXCLUSIVE))
            .truncate(on(reg::OPEN_TRUNCATE));
        let file = grant.directory.open_with(path, &options)?;
        self.keep(Open::File {
            file,
            append: on(reg::OPEN_APPEND),
        })
    }

    fn probe(&self, path: &[u8], answer: &mut FileAnswer) -> Outcome<()> {
        let (grant, path) = self.place(path, false)?;
        let metadata = match grant.directory.metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                answer.kind = reg::KIND_NONE;
                answer.position = 0;
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        answer.kind = if metadata.is_file() {
            reg::KIND_FILE
        } else if metadata.is_dir() {
            reg::KIND_DIRECTORY
        } else {
            reg::KIND_OTHER
        };
        answer.position = metadata.len();
        answer.date = metadata
            .modified()
            .map_or(0, |time| universal_time(time.into_std()).0);
        Ok(())
    }

    fn list(&self, path: &[u8]) -> Outcome<Vec<u8>> {
        let (grant, path) = self.place(path, false)?;
        let mut names = Vec::new();
        for entry in grant.directory.read_dir(path)? {
            let entry = entry?;
            // A name that is not UTF-8 cannot be said to the machine.
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let directory = entry.file_type()?.is_dir();
            names.push(format!("{name}{}", if directory { "/" } else { "" }));
        }
        names.sort();
        Ok(names
            .into_iter()
            .flat_map(|name| [name.as_bytes(), b"\0"].concat())
            .collect())
    }

    /// The innermost grant that contains a path, and the path beneath it.
    fn place(&self, path: &[u8], writing: bool) -> Outcome<(&Grant, PathBuf)> {
        let text = std::str::from_utf8(path).map_err(|_| bad_path("it is not UTF-8"))?;
        if text.is_empty() || text.contains('\0') {
            return Err(bad_path(if text.is_empty() {
                "it is empty"
            } else {
                "it has a 0 byte"
            }));
        }
        let path = &tidy(&self.working.join(text));
        let within = self.grants.iter().flat_map(move |grant| {
            let beneath = move |name: &PathBuf| {
                let rest = path.strip_prefix(name).ok()?;
                Some((name.components().count(), grant, rest.to_path_buf()))
            };
            grant.names.iter().filter_map(beneath)
        });
        let Some((_, grant, rest)) = within.max_by_key(|(depth, ..)| *depth) else {
            let text = format!("{} is in no granted directory", path.display());
            return Err(Failure(reg::ERROR_NOT_GRANTED, text));
        };
        if writing && !grant.writable {
            let text = format!("{} is granted for reading only", path.display());
            return Err(Failure(reg::ERROR_NOT_GRANTED, text));
        }
        let rest = if rest.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            rest
        };
        Ok((grant, rest))
    }
}

/// Removes `.` and doubled separators. `..` stays: what it means depends on links.
fn tidy(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| !matches!(part, std::path::Component::CurDir))
        .collect()
}

/// A host time as seconds since 1900 and microseconds.
pub fn universal_time(time: SystemTime) -> (u64, u32) {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    (
        since.as_secs() + UNIX_EPOCH_UNIVERSAL,
        since.subsec_micros(),
    )
}

fn bad_handle() -> Failure {
    Failure(
        reg::ERROR_HANDLE,
        "no open file of that kind has this handle".into(),
    )
}

fn bad_path(why: &str) -> Failure {
    Failure(reg::ERROR_PATH, format!("the path cannot be used: {why}"))
}

fn tell(answer: &mut FileAnswer, text: &str) {
    answer.bytes = text.bytes().take(reg::BUFFER_BYTES as usize).collect();
    answer.count = answer.bytes.len() as u32;
}

/// Reads until the buffer is full or the file ends.
fn read_fully(from: &mut impl Read, to: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while done < to.len() {
        match from.read(&mut to[done..]) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Guest {
        files: HostFiles,
        root: tempfile::TempDir,
    }

    impl Guest {
        /// `open/` granted for reading and writing, `shut/` for reading, `secret/` not at all.
        fn new() -> Guest {
            let root = tempfile::tempdir().expect("a directory");
            let mut files = HostFiles::new(root.path().into());
            for name in ["open", "shut", "secret"] {
                std::fs::create_dir(root.path().join(name)).expect("made");
                std::fs::write(root.path().join(name).join("f"), name).expect("written");
            }
            files.grant(Path::new("open"), true).expect("granted");
            files.grant(Path::new("shut"), false).expect("granted");
            Guest { files, root }
        }

        fn command(
            &mut self,
            command: u32,
            bytes: &[u8],
            set: impl FnOnce(&mut FileRequest),
        ) -> FileAnswer {
            let mut request = FileRequest {
                at: 0,
                command,
                handle: 0,
                count: bytes.len() as u32,
                flags: 0,
                position: 0,
                bytes: bytes.to_vec(),
            };
            set(&mut request);
            self.files.execute(&request)
        }

        fn open(&mut self, path: &str, flags: u32) -> Result<u32, u32> {
            let answer = self.command(reg::COMMAND_OPEN, path.as_bytes(), |r| r.flags = flags);
            if answer.error == 0 {
                Ok(answer.handle)
            } else {
                Err(answer.error)
            }
        }
    }

    #[test]
    fn a_file_is_written_and_read() {
        let mut guest = Guest::new();
        let flags = reg::OPEN_READ | reg::OPEN_WRITE | reg::OPEN_CREATE | reg::OPEN_EXCLUSIVE;
        let handle = guest.open("open/new", flags).expect("opened");
        assert_eq!(guest.open("open/new", flags), Err(reg::ERROR_EXISTS));
        assert_eq!(
            guest
                .command(reg::COMMAND_WRITE, b"hello", |r| r.handle = handle)
                .count,
            5
        );
        guest.command(reg::COMMAND_SEEK, b"", |r| {
            (r.handle, r.position) = (handle, 1)
        });
        let read = guest.command(reg::COMMAND_READ, b"", |r| {
            (r.handle, r.count) = (handle, 100)
        });
        assert_eq!((read.count, &read.bytes[..]), (4, &b"ello"[..]));
        let length = guest.command(reg::COMMAND_LENGTH, b"", |r| r.handle = handle);
        assert_eq!(length.position, 5);
        let probe = guest.command(reg::COMMAND_PROBE, b"open/./new", |_| {});
        assert_eq!((probe.kind, probe.position), (reg::KIND_FILE, 5));
        assert!(probe.date > UNIX_EPOCH_UNIVERSAL);
        assert_eq!(
            guest
                .command(reg::COMMAND_CLOSE, b"", |r| r.handle = handle)
                .error,
            0
        );
        let again = guest.command(reg::COMMAND_CLOSE, b"", |r| r.handle = handle);
        assert_eq!(again.error, reg::ERROR_HANDLE);
        assert_eq!(
            guest
                .command(reg::COMMAND_RENAME, b"open/new\0open/old", |_| {})
                .error,
            0
        );
        assert_eq!(
            guest
                .command(reg::COMMAND_DELETE, b"open/old", |_| {})
                .error,
            0
        );
        let probe = guest.command(reg::COMMAND_PROBE, b"open/old", |_| {});
        assert_eq!((probe.error, probe.kind), (0, reg::KIND_NONE));
    }

    #[test]
    fn a_directory_is_listed_in_order() {
        let mut guest = Guest::new();
        assert_eq!(
            guest
                .command(reg::COMMAND_MAKE_DIRECTORY, b"open/d", |_| {})
                .error,
            0
        );
        let handle = guest.command(reg::COMMAND_LIST, b"open", |_| {}).handle;
        let read = guest.command(reg::COMMAND_READ, b"", |r| {
            (r.handle, r.count) = (handle, 100)
        });
        assert_eq!(read.bytes, b"d/\0f\0");
        assert_eq!(
            guest
                .command(reg::COMMAND_DELETE_DIRECTORY, b"open/d", |_| {})
                .error,
            0
        );
    }

    #[test]
    fn nothing_outside_a_grant_is_reached() {
        let mut guest = Guest::new();
        let root = guest.root.path().to_path_buf();
        for path in [
            "secret/f".to_string(),
            "/etc/passwd".to_string(),
            "open/../secret/f".to_string(),
            root.join("secret/f").display().to_string(),
            root.join("open/../secret/f").display().to_string(),
        ] {
            let error = guest.open(&path, reg::OPEN_READ);
            assert_eq!(error, Err(reg::ERROR_NOT_GRANTED), "{path}");
        }
        assert_eq!(
            guest.open("shut/f", reg::OPEN_WRITE),
            Err(reg::ERROR_NOT_GRANTED)
        );
        assert!(guest.open("shut/f", reg::OPEN_READ).is_ok());
        let text = guest.command(reg::COMMAND_ERROR_TEXT, b"", |_| {}).bytes;
        assert!(String::from_utf8_lossy(&text).contains("granted for reading only"));
        let rename = guest.command(reg::COMMAND_RENAME, b"open/f\0secret/g", |_| {});
        assert_eq!(rename.error, reg::ERROR_NOT_GRANTED);
        assert!(
            guest.open("open/d/../f", reg::OPEN_READ).is_err(),
            "no such directory"
        );
        assert!(
            guest.open("shut/../open/f", reg::OPEN_READ).is_err(),
            "leaves its grant"
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_inside_and_refused_outside() {
        let mut guest = Guest::new();
        let root = guest.root.path().to_path_buf();
        for (target, link) in [
            (PathBuf::from("f"), "inside"),
            (root.join("secret/f"), "outside"),
            (PathBuf::from("../secret"), "updirectory"),
            (root.join("secret/made"), "dangling"),
        ] {
            std::os::unix::fs::symlink(target, root.join("open").join(link)).expect("linked");
        }
        assert!(guest.open("open/inside", reg::OPEN_READ).is_ok());
        for path in ["open/outside", "open/updirectory/f"] {
            assert_eq!(
                guest.open(path, reg::OPEN_READ),
                Err(reg::ERROR_NOT_GRANTED),
                "{path}"
            );
        }
        let flags = reg::OPEN_WRITE | reg::OPEN_CREATE;
        assert!(guest.open("open/dangling", flags).is_err());
        assert!(!root.join("secret/made").exists());
        let probe = guest.command(reg::COMMAND_PROBE, b"open/outside", |_| {});
        assert_eq!(probe.error, reg::ERROR_NOT_GRANTED);
    }

    #[test]
    fn nonsense_is_refused() {
        let mut guest = Guest::new();
        assert_eq!(guest.command(99, b"", |_| {}).error, reg::ERROR_COMMAND);
        assert_eq!(guest.open("", reg::OPEN_READ), Err(reg::ERROR_PATH));
        assert_eq!(guest.open("open/f", 0), Err(reg::ERROR_COMMAND));
        assert_eq!(
            guest.open("open", reg::OPEN_READ),
            Err(reg::ERROR_DIRECTORY)
        );
        assert_eq!(
            guest.open("open/none", reg::OPEN_READ),
            Err(reg::ERROR_NOT_FOUND)
        );
        assert_eq!(
            guest.command(reg::COMMAND_PROBE, &[0xff], |_| {}).error,
            reg::ERROR_PATH
        );
        let read = guest.command(reg::COMMAND_READ, b"", |r| r.handle = 7);
        assert_eq!(read.error, reg::ERROR_HANDLE);
        for _ in 0..reg::MAXIMUM_HANDLES {
            guest.open("shut/f", reg::OPEN_READ).expect("room");
        }
        assert_eq!(
            guest.open("shut/f", reg::OPEN_READ),
            Err(reg::ERROR_TOO_MANY)
        );
    }
}
