<?php
// The bench's flow as a PHP script by AGI, with nothing but the language itself: no framework, no database.
$env = [];
while (($line = trim(fgets(STDIN))) !== '') {
    [$name, $value] = explode(':', $line, 2);
    $env[$name] = trim($value);
}

function ask(string $command): string
{
    fwrite(STDOUT, $command . "\n");
    fflush(STDOUT);
    return (string) fgets(STDIN);
}

ask('EXEC Playback "' . $argv[1] . '"');
$isOpen = date('N') <= 5 && date('G') >= 8 && date('G') < 18;
ask('EXEC Dial "' . ($isOpen ? $argv[2] : $argv[3]) . '"');
ask('HANGUP');
