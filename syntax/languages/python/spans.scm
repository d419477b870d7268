; Whatever stands in a block; to list the statements' types would cost ten times as much.
(module (_) @statement)
(block (_) @statement)

[(expression) (primary_expression)] @expression

(argument_list) @arguments.inside
(call arguments: (generator_expression) @arguments.inside)

(if_statement condition: (_) @condition)
(elif_clause condition: (_) @condition)
(while_statement condition: (_) @condition)
(assert_statement . (_) @condition)
(conditional_expression (_) . "if" . (_) @condition . "else")
(if_clause (_) @condition)

(block) @body

(module . (comment)* . (expression_statement . (string) @docstring .))
(function_definition body: (block . (expression_statement . (string) @docstring .)))
(class_definition body: (block . (expression_statement . (string) @docstring .)))

(type) @annotation
