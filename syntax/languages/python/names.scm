(identifier) @name

; Where what they stand for begins.
[
  (assignment left: (identifier) @bound)
  (named_expression name: (identifier) @bound)
  (pattern_list (identifier) @bound)
  (tuple_pattern (identifier) @bound)
  (list_pattern (identifier) @bound)
  (list_splat_pattern (identifier) @bound)
  (dictionary_splat_pattern (identifier) @bound)
  (for_statement left: (identifier) @bound)
  (for_in_clause left: (identifier) @bound)
  (as_pattern_target (identifier) @bound)
  (as_pattern_target (tuple [(identifier) @bound (list_splat (identifier) @bound)]))
  (as_pattern_target (list [(identifier) @bound (list_splat (identifier) @bound)]))
  (case_pattern (as_pattern (identifier) @bound))
  (splat_pattern (identifier) @bound)
  (parameters (identifier) @bound)
  (lambda_parameters (identifier) @bound)
  (typed_parameter (identifier) @bound)
  (default_parameter name: (identifier) @bound)
  (typed_default_parameter name: (identifier) @bound)
  (function_definition name: (identifier) @bound)
  (class_definition name: (identifier) @bound)
  (dotted_name (identifier) @bound)
  (aliased_import alias: (identifier) @bound)
  (global_statement (identifier) @bound)
  (nonlocal_statement (identifier) @bound)
]

; They belong to another thing.
[
  (attribute attribute: (_) @member)
  (keyword_argument name: (_) @member)
  (keyword_pattern . (identifier) @member)
]

; What they stand for is hardly ever bound in the same block.
[
  (call function: (identifier) @remote)
  (type (identifier) @remote)
  (decorator (identifier) @remote)
  (class_definition superclasses: (argument_list (identifier) @remote))
  (except_clause (identifier) @remote)
]
