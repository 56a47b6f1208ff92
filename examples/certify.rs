//! certify MODEL: what examples/certify.c does, in Rust over the C interface. Only what is used is declared here; a
//! binding generator makes the rest of it from standfast/standfast.h.
//!
//!     rustc certify.rs -L native=DIR -l standfast_c && LD_LIBRARY_PATH=DIR ./certify MODEL
use std::ffi::{c_char, c_void, CStr, CString};
use std::ptr;

const OK: i32 = 0;
const SENSITIVE: u8 = 1;

#[repr(C)]
struct CertifyOptions {
    size: usize,
    norms: *const f64,
    norm_count: usize,
    method: i32,
    guarantee: i32,
    precision: i32,
    both_classes: i32,
    threat: *const c_void,
    passes: usize,
    gap: f64,
    threads: usize,
    stop: Option<extern "C" fn(*mut c_void) -> i32>,
    user: *mut c_void,
}

#[repr(C)]
struct Certificates {
    size: usize,
    logits: *mut f32,
    verdicts: *mut u8,
    radii: *mut f64,
    slack: *mut f64,
    attacks: *mut f64,
    done: usize,
}

extern "C" {
    fn standfast_load_file(path: *const c_char, options: *const c_void, classifier: *mut *mut c_void) -> i32;
    fn standfast_certify(classifier: *const c_void, rows: *const f32, count: usize, options: *const CertifyOptions,
                         certificates: *mut Certificates) -> i32;
    fn standfast_last_error() -> *const c_char;
    fn standfast_free(classifier: *mut c_void);
}

/// A loaded model, freed once.
struct Classifier(*mut c_void);
impl Drop for Classifier {
    fn drop(&mut self) {
        unsafe { standfast_free(self.0) }
    }
}

fn check(status: i32) -> Result<(), String> {
    if status == OK {
        return Ok(());
    }
    Err(unsafe { CStr::from_ptr(standfast_last_error()) }.to_string_lossy().into_owned())
}

fn run(path: &str) -> Result<(), String> {
    let path = CString::new(path).map_err(|error| error.to_string())?;
    let mut loaded = ptr::null_mut();
    check(unsafe { standfast_load_file(path.as_ptr(), ptr::null(), &mut loaded) })?;
    let classifier = Classifier(loaded);

    let inputs: [[f32; 3]; 4] = [[4.0, 2.0, 1.0], [0.0, 1.0, 2.0], [1.0, 0.0, 0.0], [9.0, 40.0, 0.0]];
    let norms = [1.0, 2.0];
    let options = CertifyOptions {
        size: std::mem::size_of::<CertifyOptions>(),
        norms: norms.as_ptr(),
        norm_count: norms.len(),
        method: 0,
        guarantee: 0,
        precision: 0,
        both_classes: 0,
        threat: ptr::null(),
        passes: 0,
        gap: 0.0,
        threads: 0,
        stop: None,
        user: ptr::null_mut(),
    };
    let mut verdicts = [0u8; 4];
    let mut radii = [[0f64; 2]; 4];
    let mut found = Certificates {
        size: std::mem::size_of::<Certificates>(),
        logits: ptr::null_mut(),
        verdicts: verdicts.as_mut_ptr(),
        radii: radii.as_mut_ptr().cast(),
        slack: ptr::null_mut(),
        attacks: ptr::null_mut(),
        done: 0,
    };
    check(unsafe { standfast_certify(classifier.0, inputs.as_ptr().cast(), inputs.len(), &options, &mut found) })?;
    for i in 0..found.done {
        if verdicts[i] == SENSITIVE {
            println!("input {}: alarm, l1 radius {}, l2 radius {}", i, radii[i][0], radii[i][1]);
        }
    }
    Ok(())
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let result = if arguments.len() == 2 { run(&arguments[1]) } else { Err("usage: certify MODEL".to_string()) };
    if let Err(sentence) = result {
        eprintln!("{sentence}");
        std::process::exit(2);
    }
}
