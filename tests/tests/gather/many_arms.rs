//! C16: any number of arms, under the default recursion limit.

use std::future::ready;
use std::pin::pin;
use std::task::{Poll, Waker};

use weftwork::gather;
use weftwork_tests::children::{Board, poll};

/// Calls `gather!` with the arms `$arm` repeated for each of `$name`, and checks every output.
macro_rules! gathered {
    ($($number:literal $name:ident)*) => {{
        let mut gathered = pin!(gather!($(ready($number)),*));
        let Poll::Ready(($($name,)*)) = poll(gathered.as_mut(), Waker::noop()) else { panic!("ready arms are ready") };
        let outputs: &[u32] = &[$($name),*];
        assert_eq!(outputs, &[$($number),*]);
        outputs.len()
    }};
}

/// Calls `$then!` with `$from` and 64 more pairs of a number and a name.
macro_rules! with_65 {
    ($then:ident $($from:tt)*) => {
        $then!($($from)*
            100 a00 101 a01 102 a02 103 a03 104 a04 105 a05 106 a06 107 a07 108 a08 109 a09 110 a10 111 a11 112 a12
            113 a13 114 a14 115 a15 116 a16 117 a17 118 a18 119 a19 120 a20 121 a21 122 a22 123 a23 124 a24 125 a25
            126 a26 127 a27 128 a28 129 a29 130 a30 131 a31 132 a32 133 a33 134 a34 135 a35 136 a36 137 a37 138 a38
            139 a39 140 a40 141 a41 142 a42 143 a43 144 a44 145 a45 146 a46 147 a47 148 a48 149 a49 150 a50 151 a51
            152 a52 153 a53 154 a54 155 a55 156 a56 157 a57 158 a58 159 a59 160 a60 161 a61 162 a62 163 a63 164 a64)
    };
}

macro_rules! with_130 {
    ($then:ident $($from:tt)*) => {
        with_65!($then $($from)*
            200 b00 201 b01 202 b02 203 b03 204 b04 205 b05 206 b06 207 b07 208 b08 209 b09 210 b10 211 b11 212 b12
            213 b13 214 b14 215 b15 216 b16 217 b17 218 b18 219 b19 220 b20 221 b21 222 b22 223 b23 224 b24 225 b25
            226 b26 227 b27 228 b28 229 b29 230 b30 231 b31 232 b32 233 b33 234 b34 235 b35 236 b36 237 b37 238 b38
            239 b39 240 b40 241 b41 242 b42 243 b43 244 b44 245 b45 246 b46 247 b47 248 b48 249 b49 250 b50 251 b51
            252 b52 253 b53 254 b54 255 b55 256 b56 257 b57 258 b58 259 b59 260 b60 261 b61 262 b62 263 b63 264 b64)
    };
}

macro_rules! with_300 {
    ($then:ident) => {
        with_130!($then
            300 c00 301 c01 302 c02 303 c03 304 c04 305 c05 306 c06 307 c07 308 c08 309 c09 310 c10 311 c11 312 c12
            313 c13 314 c14 315 c15 316 c16 317 c17 318 c18 319 c19 320 c20 321 c21 322 c22 323 c23 324 c24 325 c25
            326 c26 327 c27 328 c28 329 c29 330 c30 331 c31 332 c32 333 c33 334 c34 335 c35 336 c36 337 c37 338 c38
            339 c39 340 c40 341 c41 342 c42 343 c43 344 c44 345 c45 346 c46 347 c47 348 c48 349 c49 350 c50 351 c51
            352 c52 353 c53 354 c54 355 c55 356 c56 357 c57 358 c58 359 c59 360 c60 361 c61 362 c62 363 c63 364 c64
            400 d00 401 d01 402 d02 403 d03 404 d04 405 d05 406 d06 407 d07 408 d08 409 d09 410 d10 411 d11 412 d12
            413 d13 414 d14 415 d15 416 d16 417 d17 418 d18 419 d19 420 d20 421 d21 422 d22 423 d23 424 d24 425 d25
            426 d26 427 d27 428 d28 429 d29 430 d30 431 d31 432 d32 433 d33 434 d34 435 d35 436 d36 437 d37 438 d38
            439 d39 440 d40 441 d41 442 d42 443 d43 444 d44 445 d45 446 d46 447 d47 448 d48 449 d49 450 d50 451 d51
            452 d52 453 d53 454 d54 455 d55 456 d56 457 d57 458 d58 459 d59 460 d60 461 d61 462 d62 463 d63 464 d64
            500 e00 501 e01 502 e02 503 e03 504 e04 505 e05 506 e06 507 e07 508 e08 509 e09 510 e10 511 e11 512 e12
            513 e13 514 e14 515 e15 516 e16 517 e17 518 e18 519 e19 520 e20 521 e21 522 e22 523 e23 524 e24 525 e25
            526 e26 527 e27 528 e28 529 e29 530 e30 531 e31 532 e32 533 e33 534 e34 535 e35 536 e36 537 e37 538 e38
            539 e39)
    };
}

#[test]
fn c16_a_few_arms() {
    assert_eq!(gathered!(1 a), 1);
    assert_eq!(gathered!(1 a 2 b), 2);
    assert_eq!(gathered!(1 a 2 b 3 c 4 d 5 e 6 f 7 g 8 h 9 i 10 j 11 k 12 l), 12);
    assert_eq!(gathered!(1 a 2 b 3 c 4 d 5 e 6 f 7 g 8 h 9 i 10 j 11 k 12 l 13 m), 13);
    assert_eq!(gathered!(1 a 2 b 3 c 4 d 5 e 6 f 7 g 8 h 9 i 10 j 11 k 12 l 13 m 14 n 15 o 16 p), 16);
}

#[test]
fn c16_64_65_130_and_300_arms() {
    macro_rules! one_less {
        ($number:literal $name:ident $($rest:tt)*) => { gathered!($($rest)*) };
    }
    assert_eq!(with_65!(one_less), 64);
    assert_eq!(with_65!(gathered), 65);
    assert_eq!(with_130!(gathered), 130);
    assert_eq!(with_300!(gathered), 300);
}

/// The same with arms that fail fast, that wait, and whose outputs come in any order.
#[test]
fn c16_130_marked_arms_that_wait() {
    macro_rules! marked {
        ($($number:literal $name:ident)*) => {{
            let board = Board::new(600);
            let mut gathered = pin!(gather!($(async { if $number == 999 { Err(()) } else { Ok(board.child($number).await) } }?),*));
            let numbers = [$($number),*];
            for (done, number) in numbers.iter().rev().enumerate() {
                assert!(poll(gathered.as_mut(), Waker::noop()).is_pending(), "after {done}");
                board.finish(*number);
            }
            let Poll::Ready(Ok(($($name,)*))) = poll(gathered.as_mut(), Waker::noop()) else { panic!("all are ready") };
            assert_eq!([$($name),*], numbers);
            numbers.len()
        }};
    }
    assert_eq!(with_130!(marked), 130);
}
