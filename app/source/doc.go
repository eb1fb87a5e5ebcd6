// Package source reads a provider's data where it lies. The first form is a CSV
// file: a header, a key column that names the subject, one column a field.
//
// It hands out exactly the fields and rows asked for, in the dataset's order,
// and nothing else; what may be asked is decided by the ledger, not here. It
// writes nothing but the exported copies of package function Export.
package source
