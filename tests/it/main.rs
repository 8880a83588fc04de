//! Tests through the library's boundary and through the pipe.

mod pipe;
mod support;
