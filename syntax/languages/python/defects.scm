; What lies on one line unless brackets hold it; the grammar takes it torn.
[
  (assignment) (augmented_assignment) (named_expression) (attribute) (subscript) (await)
  (binary_operator) (boolean_operator) (comparison_operator) (not_operator) (unary_operator)
  (conditional_expression) (return_statement) (raise_statement) (assert_statement) (delete_statement)
] @unbroken
