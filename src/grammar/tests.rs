//! Tests of the tables and their lookup.
