#!/usr/bin/perl
# What MIME::Tools makes of mails: the lines of tests/unit/gmime_read.c.
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use Encode;
use MIME::Parser;

my $texts;

sub walk {
	my ($e) = @_;
	my $d = lc($e->head->mime_attr('content-disposition') // '');
	if ($d eq 'attachment') {
		my $name = $e->head->recommended_filename // '';
		$name = Encode::encode('UTF-8', $name) if utf8::is_utf8($name);
		my $sum = $e->mime_type eq 'message/rfc822' ? 'message' : sha256_hex($e->bodyhandle->as_string);
		print "file $sum $name\n";
	} elsif ($e->is_multipart) {
		walk($_) for $e->parts;
	} elsif ($e->mime_type =~ m{^text/} && !$texts++) {
		my $charset = $e->head->mime_attr('content-type.charset') // 'us-ascii';
		my $s = Encode::encode('UTF-8', Encode::decode($charset, $e->bodyhandle->as_string));
		$s =~ s/\r//g;
		print 'text ' . sha256_hex($s) . "\n";
	}
}

for my $path (@ARGV) {
	my $p = MIME::Parser->new;
	$p->output_to_core(1);
	$p->tmp_to_core(1);
	$p->extract_nested_messages(0);
	$texts = 0;
	my $e = eval { $p->parse_open($path) };
	walk($e) if $e;
	print "end\n";
}
