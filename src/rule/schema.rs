//! The JSON Schema of a rule file, for editors. `duecare rules schema` prints it.
