; What is replaced by another of its kind alone.
[
  (function_definition)
  (class_definition)
  (decorated_definition)
] @definition
