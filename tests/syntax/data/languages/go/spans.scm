(source_file (_) @statement)
(statement_list (_) @statement)
[(expression_case) (type_case) (default_case)] @statement

(_expression) @expression

(argument_list) @arguments.inside

(if_statement condition: (_) @condition)
(for_statement (_expression) @condition)
(for_clause condition: (_) @condition)

(block) @body.inside

((comment) @docstring . [(function_declaration) (method_declaration) (type_declaration)])

(parameter_declaration type: (_) @annotation)
(function_declaration result: (_) @annotation)
(var_spec type: (_) @annotation)
(field_declaration type: (_) @annotation)
