(identifier) @name

[
  (function_declaration name: (identifier) @bound)
  (parameter_declaration name: (identifier) @bound)
  (variadic_parameter_declaration name: (identifier) @bound)
  (var_spec name: (identifier) @bound)
  (const_spec name: (identifier) @bound)
  (short_var_declaration left: (expression_list (identifier) @bound))
  (range_clause left: (expression_list (identifier) @bound))
]

(keyed_element key: (literal_element (identifier) @member))
