(defun %expand-loop (form) (error "not yet ~s" form))
