//! The derive macros of `lisle`, which exports them: `FromScheme`, `IntoScheme`, `HostType`.
//!
//! | Rust | Scheme |
//! |---|---|
//! | struct with named fields | association list from field names (symbols) to values; a hash table too when read |
//! | struct with one unnamed field | what the field is |
//! | struct with several unnamed fields | list |
//! | struct without fields | its name, a symbol |
//! | enum, variant without fields | its name, a symbol |
//! | enum, variant with unnamed fields | list of the name and the fields |
//! | enum, variant with named fields | list of the name and pairs, as of a struct |
//!
//! Names are written the Scheme way: `HeapLimit` and `heap_limit` are `heap-limit`.
//! `#[lisle(rename = "...")]` on a field or variant gives another.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Data, DeriveInput, Error, Fields, Generics, Ident, LitStr, Result};

/// Converts from Scheme, see the table in the crate's documentation.
#[proc_macro_derive(FromScheme, attributes(lisle))]
pub fn derive_from_scheme(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive(input, from_scheme)
}

/// Converts to Scheme, see the table in the crate's documentation.
#[proc_macro_derive(IntoScheme, attributes(lisle))]
pub fn derive_into_scheme(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive(input, into_scheme)
}

/// Makes a type one whose values guest programs can hold. `#[lisle(rename = "...")]` names it.
/// `#[lisle(fields(on_click, parent))]` gives its objects fields for Scheme values, and the type the
/// constants `ON_CLICK` and `PARENT` that name them.
#[proc_macro_derive(HostType, attributes(lisle))]
pub fn derive_host_type(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive(input, host_type)
}

fn derive(
    input: proc_macro::TokenStream,
    make: fn(&DeriveInput) -> Result<TokenStream>,
) -> proc_macro::TokenStream {
    let made = syn::parse(input).and_then(|input| make(&input));
    made.unwrap_or_else(|error| error.to_compile_error()).into()
}

/// The Scheme name: `#[lisle(rename = "...")]`, or the identifier in kebab-case.
fn name_of(ident: &Ident, attributes: &[Attribute]) -> Result<String> {
    let mut name = kebab(&ident.to_string());
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("lisle")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("fields") {
                return meta.parse_nested_meta(|_| Ok(()));
            }
            if !meta.path.is_ident("rename") {
                return Err(meta.error("expected `rename = \"...\"`"));
            }
            name = meta.value()?.parse::<LitStr>()?.value();
            Ok(())
        })?;
    }
    Ok(name)
}

fn kebab(ident: &str) -> String {
    let mut name = String::new();
    for c in ident.trim_start_matches("r#").chars() {
        match c {
            '_' => name.push('-'),
            c if c.is_uppercase() => {
                if !name.is_empty() && !name.ends_with('-') {
                    name.push('-');
                }
                name.extend(c.to_lowercase());
            }
            c => name.push(c),
        }
    }
    name
}

/// The generics, with a bound on each type parameter.
fn bounded(generics: &Generics, bound: &TokenStream) -> Generics {
    let mut generics = generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(syn::parse_quote!(#bound));
    }
    generics
}

fn from_scheme(input: &DeriveInput) -> Result<TokenStream> {
    let ident = &input.ident;
    let body = match &input.data {
        Data::Struct(data) => {
            let name = name_of(ident, &input.attrs)?;
            struct_from(&name, &data.fields)?
        }
        Data::Enum(data) => enum_from(data)?,
        Data::Union(_) => {
            return Err(Error::new_spanned(ident, "unions have no Scheme counterpart"));
        }
    };
    let generics = bounded(&input.generics, &quote!(::lisle::FromScheme));
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics ::lisle::FromScheme for #ident #type_generics #where_clause {
            fn from_scheme<'__w>(
                w: &::lisle::Window<'__w>,
                value: ::lisle::Local<'__w>,
            ) -> ::std::result::Result<Self, ::lisle::Error> {
                #body
            }
        }
    })
}

fn struct_from(name: &str, fields: &Fields) -> Result<TokenStream> {
    Ok(match fields {
        Fields::Unit => quote! {
            ::lisle::derive::unit(w, value, #name)?;
            Ok(Self)
        },
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            quote!(Ok(Self(::lisle::FromScheme::from_scheme(w, value)?)))
        }
        fields => {
            let made = fields_from(&quote!(Self), fields)?;
            quote! {
                let mut fields = ::lisle::derive::Fields::new(w, value)?;
                let made = #made;
                fields.end()?;
                Ok(made)
            }
        }
    })
}

/// The expression that takes fields out of `fields`.
fn fields_from(path: &TokenStream, fields: &Fields) -> Result<TokenStream> {
    Ok(match fields {
        Fields::Unit => quote!(#path),
        Fields::Unnamed(fields) => {
            let takes = fields.unnamed.iter().map(|_| quote!(fields.unnamed()?));
            quote!(#path(#(#takes),*))
        }
        Fields::Named(fields) => {
            let mut takes = Vec::new();
            for field in &fields.named {
                let ident = field.ident.as_ref().expect("named fields have names");
                let name = name_of(ident, &field.attrs)?;
                takes.push(quote!(#ident: fields.named(#name)?));
            }
            quote!(#path { #(#takes),* })
        }
    })
}

fn enum_from(data: &syn::DataEnum) -> Result<TokenStream> {
    let mut arms = Vec::new();
    let mut names = Vec::new();
    for variant in &data.variants {
        let ident = &variant.ident;
        let name = name_of(ident, &variant.attrs)?;
        let made = fields_from(&quote!(Self::#ident), &variant.fields)?;
        arms.push(quote!(#name => #made,));
        names.push(format!("`{name}`"));
    }
    let expected = format!("a variant: {}", names.join(", "));
    Ok(quote! {
        let (name, mut fields) = ::lisle::derive::variant(w, value, #expected)?;
        let made = match name.as_str() {
            #(#arms)*
            _ => return Err(w.mismatch(#expected, value)),
        };
        fields.end()?;
        Ok(made)
    })
}

fn into_scheme(input: &DeriveInput) -> Result<TokenStream> {
    let ident = &input.ident;
    let mut arms = Vec::new();
    match &input.data {
        Data::Struct(data) => {
            let name = name_of(ident, &input.attrs)?;
            let (pattern, values) = fields_into(&data.fields)?;
            arms.push(match &data.fields {
                Fields::Unit => quote!(Self => w.symbol(#name)),
                Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                    quote!(Self(field0) => ::lisle::IntoScheme::into_scheme(field0, w))
                }
                _ => quote!(Self #pattern => w.list(&[#(#values),*])),
            });
        }
        Data::Enum(data) => {
            for variant in &data.variants {
                let ident = &variant.ident;
                let name = name_of(ident, &variant.attrs)?;
                let (pattern, values) = fields_into(&variant.fields)?;
                arms.push(match &variant.fields {
                    Fields::Unit => quote!(Self::#ident => w.symbol(#name)),
                    _ => quote!(Self::#ident #pattern => w.list(&[w.symbol(#name)?, #(#values),*])),
                });
            }
        }
        Data::Union(_) => {
            return Err(Error::new_spanned(ident, "unions have no Scheme counterpart"));
        }
    }
    let generics = bounded(&input.generics, &quote!(::lisle::IntoScheme));
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics ::lisle::IntoScheme for #ident #type_generics #where_clause {
            fn into_scheme<'__w>(
                self,
                w: &::lisle::Window<'__w>,
            ) -> ::std::result::Result<::lisle::Local<'__w>, ::lisle::Error> {
                match self { #(#arms),* }
            }
        }
    })
}

/// A pattern that binds the fields, and the expressions of the list elements they become.
fn fields_into(fields: &Fields) -> Result<(TokenStream, Vec<TokenStream>)> {
    let mut bound = Vec::new();
    let mut values = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        match &field.ident {
            Some(ident) => {
                let name = name_of(ident, &field.attrs)?;
                let value = quote!(::lisle::IntoScheme::into_scheme(#ident, w)?);
                values.push(quote!(w.cons(w.symbol(#name)?, #value)?));
                bound.push(ident.clone());
            }
            None => {
                let ident = format_ident!("field{index}");
                values.push(quote!(::lisle::IntoScheme::into_scheme(#ident, w)?));
                bound.push(ident);
            }
        }
    }
    let pattern = match fields {
        Fields::Unit => quote!(),
        Fields::Named(_) => quote!({ #(#bound),* }),
        Fields::Unnamed(_) => quote!((#(#bound),*)),
    };
    Ok((pattern, values))
}

/// The names in `#[lisle(fields(...))]`.
fn traced_fields(attributes: &[Attribute]) -> Result<Vec<Ident>> {
    let mut fields = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("lisle")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("fields") {
                return meta.value()?.parse::<LitStr>().map(drop);
            }
            meta.parse_nested_meta(|field| {
                fields.push(field.path.require_ident()?.clone());
                Ok(())
            })
        })?;
    }
    Ok(fields)
}

fn host_type(input: &DeriveInput) -> Result<TokenStream> {
    let ident = &input.ident;
    if !input.generics.params.is_empty() {
        return Err(Error::new_spanned(&input.generics, "a host type has no parameters"));
    }
    let name = name_of(ident, &input.attrs)?;
    let fields = traced_fields(&input.attrs)?;
    let (count, visibility) = (fields.len(), &input.vis);
    let constants = fields.iter().enumerate().map(|(index, field)| {
        let constant = format_ident!("{}", field.to_string().to_uppercase(), span = field.span());
        let doc = format!("The field `{field}` of its objects.");
        quote! {
            #[doc = #doc]
            #[allow(dead_code)]
            #visibility const #constant: ::lisle::Field<#ident> = ::lisle::Field::new(#index);
        }
    });
    Ok(quote! {
        #[automatically_derived]
        impl ::lisle::HostType for #ident {
            const NAME: &'static str = #name;
            const FIELDS: usize = #count;
        }
        #[automatically_derived]
        impl #ident {
            #(#constants)*
        }
        #[automatically_derived]
        impl ::lisle::IntoScheme for #ident {
            fn into_scheme<'__w>(
                self,
                w: &::lisle::Window<'__w>,
            ) -> ::std::result::Result<::lisle::Local<'__w>, ::lisle::Error> {
                w.host(self)
            }
        }
        #[automatically_derived]
        impl ::lisle::Parameter for &#ident {
            type Item<'__a> = &'__a #ident;
            type Kept = ::lisle::Host<#ident>;
            fn take<'__w>(
                w: &::lisle::Window<'__w>,
                arguments: &[::lisle::Local<'__w>],
            ) -> ::std::result::Result<Self::Kept, ::lisle::Error> {
                ::lisle::derive::host_argument(w, arguments)
            }
            fn lend(kept: &mut Self::Kept) -> Self::Item<'_> {
                kept
            }
            fn is_optional() -> bool {
                false
            }
        }
    })
}
